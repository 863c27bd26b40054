#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "stepwell/base/limits.h"
#include "stepwell/base/memory.h"

namespace stepwell::converter {

// How protobuf's binary format stores a field (protobuf.dev, "Encoding").
enum class WireType : std::uint8_t {
  kVarint = 0,
  kFixed64 = 1,
  kBytes = 2,
  kGroupBegin = 3,
  kGroupEnd = 4,
  kFixed32 = 5
};

// Walks the fields of one protobuf message in mapped bytes, copying none. Fields that the caller does not take are
// skipped. Every mismatch is an Error(kInvalidModel) that says at which byte of the outermost message it was seen.
//
//   WireReader message(bytes);
//   while (message.Next()) {
//     if (message.field() == 1) name = message.String();
//   }
class WireReader {
 public:
  static constexpr int kMostNesting = limits::kDeepestMessage;

  explicit WireReader(SharedBytes bytes) : bytes_(std::move(bytes)) {}

  // Steps to the next field; false at the end of the message.
  bool Next();
  std::uint32_t field() const { return field_; }
  WireType type() const { return type_; }

  // The field's value; throws unless it is stored in that way.
  std::uint64_t Varint() const;
  std::int64_t Int() const { return static_cast<std::int64_t>(Varint()); }
  bool Bool() const { return Varint() != 0; }
  std::uint32_t Fixed32() const;
  std::uint64_t Fixed64() const;
  float Float() const;
  double Double() const;
  SharedBytes Bytes() const;
  std::string String() const;
  // The field as a message of its own, one level deeper.
  WireReader Message() const;
  // The bytes of a repeated field of fixed width: one element, or a packed run of them.
  SharedBytes Payload() const;
  // The elements of a repeated integer field: one, or a packed run of them.
  void AppendVarints(std::vector<std::uint64_t>& values) const;

  // The whole message, and where it begins in the outermost one.
  const SharedBytes& bytes() const { return bytes_; }
  std::size_t offset() const { return base_; }

 private:
  WireReader(SharedBytes bytes, std::size_t base, int depth) : bytes_(std::move(bytes)), base_(base), depth_(depth) {}
  void Expect(WireType type) const;
  std::uint64_t TakeVarint();
  std::size_t TakeLength();
  void TakeFixed(std::size_t bytes);
  [[noreturn]] void Fail(const std::string& what) const;

  SharedBytes bytes_;
  std::size_t base_ = 0;
  int depth_ = 0;
  std::size_t position_ = 0;     // behind the current field
  std::size_t value_begin_ = 0;  // of the current field's payload
  std::size_t value_size_ = 0;
  std::uint64_t varint_ = 0;
  std::uint32_t field_ = 0;
  WireType type_ = WireType::kVarint;
};

}  // namespace stepwell::converter
