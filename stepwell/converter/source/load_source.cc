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
#include "stepwell/converter/source/saved_model.h"
#include "stepwell/converter/source/text_format.h"

namespace stepwell::converter {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMetaSuffix = ".meta";

constexpr std::string_view kLfsMagic = "version https://git-lfs";

struct Foreign {
  std::string_view magic;
  std::size_t offset;
  std::string_view what;
};
// Files that users have at hand and that hold no graph of ours, by their first bytes.
constexpr std::array kForeign = {
    Foreign{"\x89HDF", 0, "a Keras file (HDF5); save the model as a SavedModel, a frozen graph or a checkpoint"},
    Foreign{
        "PK\x03\x04", 0,
        "a ZIP archive, which .keras and PyTorch's files are, too; if it holds a TensorFlow model, unpack it and give "
        "what is inside"},
    Foreign{"\x1f\x8b", 0, "an archive; unpack it and give what is inside"},
    Foreign{"TFL3", 4, "a TensorFlow Lite model; give the model it was made from"},
    Foreign{"<?xml", 0, "OpenVINO IR, which needs no conversion"},
    Foreign{"<net ", 0, "OpenVINO IR, which needs no conversion"},
    Foreign{kLfsMagic, 0, "a Git LFS pointer, not what it points to; run 'git lfs pull' where it was cloned"},
};

void RefuseForeign(const SharedBytes& file) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  Require(!text.empty(), ErrorKind::kInvalidModel, "the file is empty");
  for (const Foreign& foreign : kForeign) {
    if (text.size() < foreign.offset || !text.substr(foreign.offset).starts_with(foreign.magic)) continue;
    throw Error(ErrorKind::kUnsupported, fmt::format("the file is {}", foreign.what));
  }
}

void TakeMetaGraph(MetaGraph meta, SourceKind kind, LoadedSource& source) {
  source.kind = kind;
  source.graph = std::move(meta.graph);
  source.saver = std::move(meta.saver);
  source.signatures = std::move(meta.signatures);
}

void TakeMessage(const SharedBytes& wire, GraphMessage message, const SourceOptions& options, LoadedSource& source) {
  switch (message) {
    case GraphMessage::kGraphDef:
      source.kind = SourceKind::kGraphDef;
      source.graph = ReadGraphDef(wire);
      return;
    case GraphMessage::kMetaGraphDef:
      return TakeMetaGraph(ReadMetaGraphDef(WireReader(wire)), SourceKind::kMetaGraph, source);
    case GraphMessage::kSavedModel:
      return TakeMetaGraph(ReadSavedModel(wire, options.saved_model_tags), SourceKind::kSavedModel, source);
    case GraphMessage::kOnnx:
      throw Error(ErrorKind::kUnsupported, "the file is an ONNX model; only TensorFlow models are read");
  }
}

GraphMessage InBinary(TextMessage message) {
  if (message == TextMessage::kSavedModel) return GraphMessage::kSavedModel;
  return message == TextMessage::kGraphDef ? GraphMessage::kGraphDef : GraphMessage::kMetaGraphDef;
}

void TakeText(const SharedBytes& file, const SourceOptions& options, LoadedSource& source) {
  Require(DetectEncoding(file) == GraphEncoding::kText, ErrorKind::kInvalidModel,
          "the file is binary; leave out --input_model_is_text");
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  const TextMessage message = DetectTextMessage(text);
  const SharedBytes wire = TextToWire(text, message);
  file.ReleasePages();
  TakeMessage(wire, InBinary(message), options, source);
}

void TakeGraph(const SharedBytes& file, const SourceOptions& options, LoadedSource& source) {
  RefuseForeign(file);
  if (options.encoding != GraphEncoding::kText && IsPbmm(file)) {
    source.kind = SourceKind::kMemmapped;
    source.graph = ReadPbmm(file);
    return;
  }
  const bool detects = options.encoding == GraphEncoding::kDetect;
  if ((detects ? DetectEncoding(file) : options.encoding) == GraphEncoding::kText) {
    TakeText(file, options, source);
  } else {
    TakeMessage(file, DetectMessage(file), options, source);
  }
}

void CheckTags(const SourceOptions& options, SourceKind kind) {
  if (options.saved_model_tags.empty() || kind == SourceKind::kSavedModel) return;
  throw Error(ErrorKind::kInvalidArgument,
              fmt::format("--saved_model_tags is given, and the file is no SavedModel but a {}", SourceKindName(kind)));
}

void ReadGraph(const fs::path& path, const SourceOptions& options, LoadedSource& source) {
  source.path = path;
  While([&] { return fmt::format("reading the graph '{}'", path.string()); },
        [&] {
          TakeGraph(MapFile(path), options, source);
          source.graph.Validate();
          CheckTags(options, source.kind);
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

// An empty folder of variables belongs to a model without any.
std::optional<Checkpoint> OpenVariables(const fs::path& prefix, Checksums checksums) {
  if (fs::is_directory(prefix.parent_path()) && fs::is_empty(prefix.parent_path())) return std::nullopt;
  return OpenCheckpoint(prefix, checksums);
}

LoadedSource LoadGraph(const fs::path& path, const SourceOptions& options) {
  LoadedSource source;
  ReadGraph(path, options, source);
  if (!options.checkpoint.empty()) {
    source.checkpoint = OpenCheckpoint(options.checkpoint, options.checksums);
  } else if (options.beside == CheckpointBeside::kLeave) {
    return source;
  } else if (source.kind == SourceKind::kSavedModel) {
    const fs::path variables = VariablesOf(path.parent_path());
    if (fs::exists(variables.parent_path())) source.checkpoint = OpenVariables(variables, options.checksums);
  } else if (source.kind == SourceKind::kMetaGraph) {
    const auto prefix = PrefixOfMeta(path);
    if (prefix && HasCheckpointFiles(*prefix)) source.checkpoint = OpenCheckpoint(*prefix, options.checksums);
  }
  return source;
}

fs::path SavedModelFile(const fs::path& folder) {
  if (const auto file = FindSavedModelFile(folder)) return *file;
  throw Error(
      ErrorKind::kIo,
      fs::is_directory(folder)
          ? fmt::format("the folder '{}' of --saved_model_dir holds neither saved_model.pb nor saved_model.pbtxt",
                        folder.string())
          : fmt::format("'{}' of --saved_model_dir is no folder; give the folder that holds saved_model.pb",
                        folder.string()));
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
    case SourceKind::kSavedModel:
      return "SavedModel";
    default:
      return "checkpoint";
  }
}

LoadedSource LoadSource(const SourceOptions& options) try {
  if (!options.saved_model_dir.empty()) return LoadGraph(SavedModelFile(options.saved_model_dir), options);
  const fs::path& graph = options.meta_graph.empty() ? options.model : options.meta_graph;
  if (graph.empty()) {
    Require(!options.checkpoint.empty(), ErrorKind::kInvalidArgument, "neither a model nor a checkpoint is given");
    return LoadCheckpointOnly(options.checkpoint, options.checksums);
  }
  if (const auto saved_model = FindSavedModelFile(graph)) return LoadGraph(*saved_model, options);
  if (IsCheckpointFile(graph)) return LoadCheckpointOnly(graph, options.checksums);
  return LoadGraph(graph, options);
} catch (const fs::filesystem_error& error) {
  throw Error(ErrorKind::kIo, error.what());
}

}  // namespace stepwell::converter
