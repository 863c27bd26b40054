#include "stepwell/converter/source/pbmm_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stepwell/base/error.h"
#include "stepwell/converter/source/graph_reader.h"
#include "stepwell/converter/source/tensor_reader.h"
#include "stepwell/converter/source/wire_reader.h"

namespace stepwell::converter {
namespace {

constexpr std::string_view kRegionPrefix = "memmapped_package://";
constexpr std::string_view kGraphRegion = "memmapped_package://.";
constexpr std::size_t kTrailerBytes = 8;

struct Region {
  std::string name;
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> length;
};

Region ReadRegion(WireReader message) {
  Region region;
  while (message.Next()) {
    if (message.field() == 1) region.offset = message.Varint();
    if (message.field() == 2) region.name = message.String();
    if (message.field() == 3) region.length = message.Varint();
  }
  if (region.length == 0) region.length.reset();  // what a writer that does not know the field leaves
  return region;
}

// Where the directory begins; nothing where the last 8 bytes cannot say so.
std::optional<std::size_t> DirectoryBegin(const SharedBytes& file) {
  if (file.size() < kTrailerBytes) return std::nullopt;
  std::uint64_t begin = 0;
  std::memcpy(&begin, file.data() + file.size() - kTrailerBytes, kTrailerBytes);
  if (begin >= file.size() - kTrailerBytes) return std::nullopt;
  return static_cast<std::size_t>(begin);
}

std::vector<Region> ReadDirectory(const SharedBytes& file, std::size_t begin) {
  std::vector<Region> regions;
  WireReader directory(file.Slice(begin, file.size() - kTrailerBytes - begin));
  while (directory.Next()) {
    if (directory.field() == 1) regions.push_back(ReadRegion(directory.Message()));
  }
  return regions;
}

using Regions = std::map<std::string, SharedBytes, std::less<>>;

// The bytes of every region.
Regions OpenRegions(const SharedBytes& file) {
  const auto directory = DirectoryBegin(file);
  Require(directory.has_value(), ErrorKind::kInvalidModel, "a .pbmm file must end in the place of its directory");
  std::vector<Region> regions = ReadDirectory(file, *directory);
  const auto by_offset = [](const Region& a, const Region& b) { return a.offset < b.offset; };
  std::stable_sort(regions.begin(), regions.end(), by_offset);
  Regions opened;
  for (std::size_t i = 0; i < regions.size(); ++i) {
    const Region& region = regions[i];
    const std::uint64_t next = i + 1 < regions.size() ? regions[i + 1].offset : *directory;
    const std::uint64_t length = region.length.value_or(next - region.offset);
    if (region.offset > *directory || length > *directory - region.offset) {
      throw Error(ErrorKind::kInvalidModel,
                  fmt::format("region '{}' at byte {}, {} bytes long, runs into the directory at {}", region.name,
                              region.offset, length, *directory));
    }
    opened.insert_or_assign(region.name, file.Slice(region.offset, length));
  }
  return opened;
}

const SharedBytes& FindRegion(const Regions& regions, std::string_view name) {
  const auto it = regions.find(name);
  if (it == regions.end()) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("the package has no region '{}'", name));
  }
  return it->second;
}

// Makes a Const of a node whose value is a region. A region whose length was derived may hold padding behind the value.
void BindRegion(const Regions& regions, SourceNode& node) {
  const TfType type = node.TypeAttr("dtype");
  const Shape shape = node.ShapeAttr("shape");
  const SharedBytes& region = FindRegion(regions, node.StringAttr("memory_region_name"));
  const auto dtype = ElementType(type);
  if (!dtype) {
    throw Error(ErrorKind::kUnsupported, fmt::format("values of {} cannot be mapped", TfTypeName(type)));
  }
  const std::size_t bytes = BytesOf(*dtype, shape.num_elements());
  node.attrs["value"] = TensorOfBytes(type, shape, region.Slice(0, bytes));
  node.op = "Const";
  node.attrs.erase("shape");
  node.attrs.erase("memory_region_name");
}

}  // namespace

bool IsPbmm(const SharedBytes& file) {
  const auto begin = DirectoryBegin(file);
  if (!begin) return false;
  try {
    const std::vector<Region> regions = ReadDirectory(file, *begin);
    const auto is_of_package = [](const Region& region) { return region.name.starts_with(kRegionPrefix); };
    return !regions.empty() && std::all_of(regions.begin(), regions.end(), is_of_package);
  } catch (const Error&) {
    return false;
  }
}

SourceGraph ReadPbmm(const SharedBytes& file) {
  const Regions regions = OpenRegions(file);
  SourceGraph::Parts parts = ReadGraphParts(WireReader(FindRegion(regions, kGraphRegion)));
  for (SourceNode& node : parts.nodes) {
    if (node.op != "ImmutableConst") continue;
    While([&] { return fmt::format("reading the value of node '{}'", node.name); }, [&] { BindRegion(regions, node); });
  }
  return SourceGraph(std::move(parts));
}

}  // namespace stepwell::converter
