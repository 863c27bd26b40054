#include "stepwell/converter/source/slice_reader.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "stepwell/base/error.h"
#include "stepwell/converter/source/table_reader.h"
#include "stepwell/converter/source/tensor_reader.h"
#include "stepwell/converter/source/tensor_slice.h"
#include "stepwell/converter/source/wire_reader.h"

namespace stepwell::converter {
namespace {

// A variable as the table of contents of one file describes it.
struct Listing {
  std::string name;
  VariableType type;
  std::vector<TensorSlice> slices;
};

Listing ReadListing(WireReader message) {
  Listing listing;
  while (message.Next()) {
    if (message.field() == 1) listing.name = message.String();
    if (message.field() == 2) listing.type.shape = ReadShapeProto(message.Message());
    if (message.field() == 3) listing.type.tf_type = TfTypeOf(message.Int());
    if (message.field() == 4) listing.slices.push_back(ReadTensorSlice(message.Message()));
  }
  listing.type.dtype = ElementType(listing.type.tf_type);
  if (!listing.type.shape.is_static()) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("the shape of variable '{}' is not fixed", listing.name));
  }
  return listing;
}

// The sub-message `field` of `message`; nothing where it is absent.
std::optional<WireReader> FindMessage(WireReader message, std::uint32_t field) {
  std::optional<WireReader> found;
  while (message.Next()) {
    if (message.field() == field) found = message.Message();
  }
  return found;
}

std::vector<Listing> ReadContents(const Table& table) {
  const Table::Entry* const entry = table.FindEntry("");
  Require(entry != nullptr, ErrorKind::kInvalidModel, "it has no table of contents");
  auto contents = FindMessage(WireReader(table.Read(*entry)), 1);
  Require(contents.has_value(), ErrorKind::kInvalidModel,
          "it is no V1 checkpoint: its first entry is no table of contents");
  std::vector<Listing> listings;
  while (contents->Next()) {
    if (contents->field() == 1) listings.push_back(ReadListing(contents->Message()));
  }
  return listings;
}

struct File {
  std::filesystem::path path;
  Table table;
};

struct Part {
  TensorSlice slice;
  std::size_t file = 0;
};

struct Variable {
  VariableType type;
  std::size_t first_file = 0;  // that lists it
  std::vector<Part> parts;
};

class Slices : public Checkpoint::Reader {
 public:
  Slices(const std::vector<std::filesystem::path>& paths, Checksums checksums) {
    for (const std::filesystem::path& path : paths) {
      While([&] { return fmt::format("reading the V1 checkpoint file '{}'", path.string()); },
            [&] { AddFile(path, checksums); });
    }
  }

  std::vector<std::string> Names() const override {
    std::vector<std::string> names;
    for (const auto& [name, variable] : variables_) names.push_back(name);
    return names;
  }

  const VariableType* FindType(std::string_view name) const override {
    const auto it = variables_.find(name);
    return it == variables_.end() ? nullptr : &it->second.type;
  }

  SourceTensor Read(std::string_view name) const override {
    const Variable& variable = variables_.find(name)->second;
    std::vector<SlicePiece> pieces;
    for (const Part& part : variable.parts) {
      const auto frame = [&] {
        return fmt::format("reading part {} in '{}'", ToText(part.slice), files_[part.file].path.string());
      };
      pieces.push_back({part.slice, While(frame, [&] { return ReadPart(name, variable.type, part); })});
    }
    return Assemble(variable.type.tf_type, variable.type.shape, std::move(pieces));
  }

 private:
  void AddFile(const std::filesystem::path& path, Checksums checksums) {
    files_.push_back({path, Table(MapFile(path), checksums)});
    for (Listing& listing : ReadContents(files_.back().table)) AddListing(std::move(listing));
  }

  void AddListing(Listing listing) {
    const auto [it, is_new] = variables_.try_emplace(listing.name, Variable{listing.type, files_.size() - 1, {}});
    Variable& variable = it->second;
    if (variable.type.tf_type != listing.type.tf_type || variable.type.shape != listing.type.shape) {
      throw Error(ErrorKind::kInvalidModel, fmt::format("variable '{}' is {}{} here, but {}{} in '{}'", listing.name,
                                                        TfTypeName(listing.type.tf_type), ToText(listing.type.shape),
                                                        TfTypeName(variable.type.tf_type), ToText(variable.type.shape),
                                                        files_[variable.first_file].path.string()));
    }
    for (TensorSlice& slice : listing.slices) variable.parts.push_back({std::move(slice), files_.size() - 1});
  }

  SourceTensor ReadPart(std::string_view name, const VariableType& type, const Part& part) const {
    const Shape shape = ShapeOfSlice(part.slice, type.shape);
    const Table& table = files_[part.file].table;
    const Table::Entry* const entry = table.FindEntry(SliceKey(name, part.slice));
    Require(entry != nullptr, ErrorKind::kInvalidModel, "the table of contents lists it, but it is not there");
    const auto saved = FindMessage(WireReader(table.Read(*entry)), 2);
    const auto values = saved ? FindMessage(*saved, 3) : std::nullopt;
    if (!values) return ReadTensorValues(WireReader(SharedBytes()), type.tf_type, shape);  // no elements
    return ReadTensorValues(*values, type.tf_type, shape);
  }

  std::vector<File> files_;
  std::map<std::string, Variable, std::less<>> variables_;
};

}  // namespace

std::shared_ptr<const Checkpoint::Reader> OpenSlices(const std::vector<std::filesystem::path>& files,
                                                     Checksums checksums) {
  return std::make_shared<Slices>(files, checksums);
}

}  // namespace stepwell::converter
