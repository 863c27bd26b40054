#include "stepwell/base/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/base/file.h"
#include "stepwell/base/npy_header.h"

namespace stepwell {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kHeaderAlignment = 64;

// The header's text and where the elements begin.
struct Layout {
  std::string_view header;
  std::size_t data_begin = 0;
};

Layout FindHeader(const SharedBytes& file) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  Require(text.size() >= 12 && text.starts_with(kMagic), ErrorKind::kInvalidModel,
          "it does not begin as a .npy file does");
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(text[i])); };
  const std::size_t version = byte(6);
  if (version < 1 || version > 3) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("it has version {} of the .npy format; 1 to 3 can be read", version));
  }
  const std::size_t begin = version == 1 ? 10 : 12;
  std::size_t size = byte(8) | byte(9) << 8;
  if (version > 1) size |= byte(10) << 16 | byte(11) << 24;
  Require(size <= text.size() - begin, ErrorKind::kInvalidModel, "it ends inside its header");
  return {text.substr(begin, size), begin + size};
}

void SwapBytes(std::span<std::byte> bytes, std::size_t element) {
  for (std::size_t i = 0; i + element <= bytes.size(); i += element) {
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(i),
                 bytes.begin() + static_cast<std::ptrdiff_t>(i + element));
  }
}

// Writes the elements of `source`, whose first axis runs fastest, to `target` in C order.
void CopyFromFortranOrder(const Shape& shape, std::size_t element, const std::byte* source, std::byte* target) {
  const auto elements = AsSize(shape.num_elements());
  std::array<std::size_t, Shape::kMaxRank> stride{};
  std::size_t step = element;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    stride[AsSize(axis)] = step;
    step *= AsSize(shape[axis]);
  }
  std::array<Dim, Shape::kMaxRank> index{};
  std::size_t from = 0;
  for (std::size_t i = 0; i < elements; ++i) {
    std::memcpy(target + i * element, source + from, element);
    for (int axis = shape.rank() - 1; axis >= 0; --axis) {
      from += stride[AsSize(axis)];
      if (++index[AsSize(axis)] < shape[axis]) break;
      from -= stride[AsSize(axis)] * AsSize(shape[axis]);
      index[AsSize(axis)] = 0;
    }
  }
}

void MakeBooleans(std::span<std::byte> bytes) {
  for (std::byte& byte : bytes) byte = byte == std::byte{0} ? byte : std::byte{1};
}

Tensor Parse(const SharedBytes& file) {
  const Layout layout = FindHeader(file);
  const NpyHeader header = ParseNpyHeader(layout.header);
  const std::size_t bytes = header.type.bytes();
  if (bytes > file.size() - layout.data_begin) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("{} takes {} bytes, but {} follow the header",
                                                      ToText(header.type), bytes, file.size() - layout.data_begin));
  }
  Tensor tensor(header.type);
  const auto target = tensor.view().bytes();
  const std::byte* const source = file.data() + layout.data_begin;
  const std::size_t element = BytesOf(header.type.dtype, 1);
  if (header.order == NpyOrder::kFortran) {
    CopyFromFortranOrder(header.type.shape, element, source, target.data());
  } else if (bytes > 0) {
    std::memcpy(target.data(), source, bytes);
  }
  if (header.byte_order == NpyByteOrder::kBig) SwapBytes(target, element);
  if (header.type.dtype == DType::kBool) MakeBooleans(target);
  return tensor;
}

// Magic, version, length and text, padded with spaces so that the elements begin at a multiple of 64 bytes.
std::string HeaderBytes(const TensorType& type) {
  const std::string header = FormatNpyHeader(type);
  const std::size_t unpadded = kMagic.size() + 4 + header.size() + 1;
  const std::size_t padding = (kHeaderAlignment - unpadded % kHeaderAlignment) % kHeaderAlignment;
  const std::string text = fmt::format("{}{:{}}\n", header, "", padding);
  std::string bytes(kMagic);
  bytes += {'\x01', '\x00', static_cast<char>(text.size() & 0xff), static_cast<char>(text.size() >> 8)};
  return bytes + text;
}

}  // namespace

Tensor ParseNpy(const SharedBytes& file, std::string_view name) {
  return While([&] { return fmt::format("reading '{}' as an array of NumPy's", name); }, [&] { return Parse(file); });
}

Tensor ReadNpy(const std::filesystem::path& path) { return ParseNpy(MapFile(path), path.string()); }

void WriteNpy(const std::filesystem::path& path, const ConstTensorView& tensor) {
  AtomicFile file(path);
  file.Write(HeaderBytes(tensor.type));
  file.Write(tensor.bytes());
  file.Commit();
}

}  // namespace stepwell
