#include "stepwell/converter/source/wire_reader.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "stepwell/base/error.h"
#include "stepwell/converter/source/varint.h"

namespace stepwell::converter {
namespace {

std::string_view TypeName(WireType type) {
  switch (type) {
    case WireType::kVarint:
      return "an integer";
    case WireType::kFixed64:
      return "8 fixed bytes";
    case WireType::kBytes:
      return "bytes or a message";
    case WireType::kFixed32:
      return "4 fixed bytes";
    default:
      return "a group";
  }
}

template <class T>
T Load(const SharedBytes& bytes, std::size_t offset) {
  static_assert(std::endian::native == std::endian::little);
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

}  // namespace

void WireReader::Fail(const std::string& what) const {
  throw Error(ErrorKind::kInvalidModel,
              fmt::format("not a valid protobuf message: {} (byte {}, field {})", what, base_ + position_, field_));
}

bool WireReader::Next() {
  if (position_ == bytes_.size()) return false;
  const std::uint64_t tag = TakeVarint();
  if (tag >> 32 != 0 || tag >> 3 == 0) Fail(fmt::format("{} is no field number", tag >> 3));
  field_ = static_cast<std::uint32_t>(tag >> 3);
  type_ = static_cast<WireType>(tag & 7);
  switch (type_) {
    case WireType::kVarint:
      varint_ = TakeVarint();
      break;
    case WireType::kFixed64:
      TakeFixed(8);
      break;
    case WireType::kFixed32:
      TakeFixed(4);
      break;
    case WireType::kBytes:
      TakeFixed(TakeLength());
      break;
    default:
      Fail(fmt::format("wire type {} is not used by TensorFlow's messages", tag & 7));
  }
  return true;
}

std::uint64_t WireReader::TakeVarint() {
  const auto value = ParseVarint(bytes_.span(), position_);
  if (!value) Fail("a number does not end");
  return *value;
}

std::size_t WireReader::TakeLength() {
  const std::uint64_t length = TakeVarint();
  if (length > bytes_.size() - position_) {
    Fail(fmt::format("{} bytes are announced, {} are left", length, bytes_.size() - position_));
  }
  return static_cast<std::size_t>(length);
}

void WireReader::TakeFixed(std::size_t bytes) {
  if (bytes > bytes_.size() - position_) Fail("the file ends inside a value");
  value_begin_ = position_;
  value_size_ = bytes;
  position_ += bytes;
}

void WireReader::Expect(WireType type) const {
  if (type_ != type) Fail(fmt::format("{} expected, {} found", TypeName(type), TypeName(type_)));
}

std::uint64_t WireReader::Varint() const {
  Expect(WireType::kVarint);
  return varint_;
}

std::uint32_t WireReader::Fixed32() const {
  Expect(WireType::kFixed32);
  return Load<std::uint32_t>(bytes_, value_begin_);
}

std::uint64_t WireReader::Fixed64() const {
  Expect(WireType::kFixed64);
  return Load<std::uint64_t>(bytes_, value_begin_);
}

float WireReader::Float() const { return std::bit_cast<float>(Fixed32()); }
double WireReader::Double() const { return std::bit_cast<double>(Fixed64()); }

SharedBytes WireReader::Bytes() const {
  Expect(WireType::kBytes);
  return bytes_.Slice(value_begin_, value_size_);
}

std::string WireReader::String() const {
  Expect(WireType::kBytes);
  return {reinterpret_cast<const char*>(bytes_.data() + value_begin_), value_size_};
}

WireReader WireReader::Message() const {
  if (depth_ == kMostNesting) Fail(fmt::format("messages are nested deeper than {}", kMostNesting));
  return {Bytes(), base_ + value_begin_, depth_ + 1};
}

SharedBytes WireReader::Payload() const {
  if (type_ == WireType::kVarint) Fail("fixed bytes expected, an integer found");
  return bytes_.Slice(value_begin_, value_size_);
}

void WireReader::AppendVarints(std::vector<std::uint64_t>& values) const {
  if (type_ == WireType::kVarint) {
    values.push_back(varint_);
    return;
  }
  WireReader packed = Message();
  while (packed.position_ != packed.bytes_.size()) values.push_back(packed.TakeVarint());
}

}  // namespace stepwell::converter
