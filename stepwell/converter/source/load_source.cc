#include "stepwell/converter/source/load_source.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "stepwell/base/error.h"
#include "stepwell/converter/source/checkpoint_files.h"
#include "stepwell/converter/source/graph_kind.h"
#include "stepwell/converter/source/graph_reader.h"
#include "stepwell/converter/source/meta_graph_reader.h"
#include "stepwell/converter/source/pbmm_reader.h"
#include "stepwell/converter/source/text_format.h"

namespace stepwell::converter {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMetaSuffix = ".meta";

struct Foreign {
  std::string_view magic;
  std::size_t offset;
  std::string_view what;
};
// Files that users have at hand and that hold no graph of ours, by their first bytes.
constexpr std::array kForeign = {
    Foreign{"\x89HDF", 0, "a Keras file (HDF5); save the model as a frozen graph or a checkpoint"},
    Foreign{"PK\x03\x04", 0, "an archive; unpack it and give what is inside"},
    Foreign{"\x1f\x8b", 0, "an archive; unpack it and give what is inside"},
    Foreign{"TFL3", 4, "a TensorFlow Lite model; give the model it was made from"},
    Foreign{"<?xml", 0, "OpenVINO IR, which needs no conversion"},
};

void RefuseForeign(const SharedBytes& file) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  Require(!text.empty(), ErrorKind::kInvalidModel, "the file is empty");
  for (const Foreign& foreign : kForeign) {
    if (text.size() < foreign.offset || !text.substr(foreign.offset).starts_with(foreign.magic)) continue;
    throw Error(ErrorKind::kUnsupported, fmt::format("the file is {}", foreign.what));
  }
}

void TakeMessage(const SharedBytes& wire, GraphMessage message, LoadedSource& source) {
  switch (message) {
    case GraphMessage::kGraphDef:
      source.kind = SourceKind::kGraphDef;
      source.graph = ReadGraphDef(wire);
      return;
    case GraphMessage::kMetaGraphDef: {
      MetaGraph meta = ReadMetaGraphDef(WireReader(wire));
      source.kind = SourceKind::kMetaGraph;
      source.graph = std::move(meta.graph);
      source.saver = std::move(meta.saver);
      return;
    }
    case GraphMessage::kSavedModel:
      throw Error(ErrorKind::kUnsupported,
                  "a SavedModel cannot be read; give a frozen graph, or a MetaGraph and a checkpoint");
  }
}

void TakeText(const SharedBytes& file, LoadedSource& source) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  const TextMessage message = DetectTextMessage(text);
  const SharedBytes wire = TextToWire(text, message);
  file.ReleasePages();
  TakeMessage(wire, message == TextMessage::kGraphDef ? GraphMessage::kGraphDef : GraphMessage::kMetaGraphDef, source);
}

void TakeGraph(const SharedBytes& file, GraphEncoding encoding, LoadedSource& source) {
  RefuseForeign(file);
  if (encoding != GraphEncoding::kText && IsPbmm(file)) {
    source.kind = SourceKind::kMemmapped;
    source.graph = ReadPbmm(file);
    return;
  }
  if (encoding == GraphEncoding::kDetect) encoding = DetectEncoding(file);
  if (encoding == GraphEncoding::kText) {
    TakeText(file, source);
  } else {
    TakeMessage(file, DetectMessage(file), source);
  }
}

void ReadGraph(const fs::path& path, GraphEncoding encoding, LoadedSource& source) {
  source.path = path;
  While([&] { return fmt::format("reading the graph '{}'", path.string()); },
        [&] {
          TakeGraph(MapFile(path), encoding, source);
          source.graph.Validate();
        });
}

// "model.ckpt.meta" belongs to the checkpoint "model.ckpt".
std::optional<fs::path> PrefixOfMeta(const fs::path& meta) {
  const std::string text = meta.string();
  if (!text.ends_with(kMetaSuffix)) return std::nullopt;
  return text.substr(0, text.size() - kMetaSuffix.size());
}

LoadedSource LoadCheckpointOnly(const fs::path& path, Checksums checksums) {
  LoadedSource source;
  source.kind = SourceKind::kCheckpointOnly;
  source.checkpoint = OpenCheckpoint(path, checksums);
  source.path = source.checkpoint->path();
  const fs::path meta = source.path.string() + std::string(kMetaSuffix);
  if (fs::is_regular_file(meta)) source.sibling_meta_graph = meta;
  return source;
}

LoadedSource LoadGraph(const fs::path& path, const SourceOptions& options) {
  LoadedSource source;
  ReadGraph(path, options.encoding, source);
  if (!options.checkpoint.empty()) {
    source.checkpoint = OpenCheckpoint(options.checkpoint, options.checksums);
  } else if (source.kind == SourceKind::kMetaGraph) {
    const auto prefix = PrefixOfMeta(path);
    if (prefix && HasCheckpointFiles(*prefix)) source.checkpoint = OpenCheckpoint(*prefix, options.checksums);
  }
  return source;
}

}  // namespace

std::string_view SourceKindName(SourceKind kind) {
  switch (kind) {
    case SourceKind::kGraphDef:
      return "GraphDef";
    case SourceKind::kMemmapped:
      return "memory-mapped GraphDef";
    case SourceKind::kMetaGraph:
      return "MetaGraph";
    default:
      return "checkpoint";
  }
}

LoadedSource LoadSource(const SourceOptions& options) try {
  const fs::path& graph = options.meta_graph.empty() ? options.model : options.meta_graph;
  if (graph.empty()) {
    Require(!options.checkpoint.empty(), ErrorKind::kInvalidArgument, "neither a model nor a checkpoint is given");
    return LoadCheckpointOnly(options.checkpoint, options.checksums);
  }
  if (IsCheckpointFile(graph)) return LoadCheckpointOnly(graph, options.checksums);
  return LoadGraph(graph, options);
} catch (const fs::filesystem_error& error) {
  throw Error(ErrorKind::kIo, error.what());
}

}  // namespace stepwell::converter
