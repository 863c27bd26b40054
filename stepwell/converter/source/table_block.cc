#include "stepwell/converter/source/table_block.h"

#include <cstring>

#include "stepwell/base/error.h"
#include "stepwell/converter/source/varint.h"

namespace stepwell::converter {

BlockWalk::BlockWalk(SharedBytes contents) : contents_(std::move(contents)) {
  constexpr std::size_t kWord = sizeof(std::uint32_t);
  const std::size_t size = contents_.size();
  Require(size >= kWord, ErrorKind::kInvalidModel, "a block of the table is too short");
  std::uint32_t restarts = 0;
  std::memcpy(&restarts, contents_.data() + size - kWord, kWord);
  Require(restarts <= size / kWord - 1, ErrorKind::kInvalidModel, "a block of the table announces more than it holds");
  end_ = size - kWord - restarts * kWord;
}

bool BlockWalk::Next() {
  if (position_ == end_) return false;
  const std::size_t shared = TakeSize();
  const std::size_t unshared = TakeSize();
  const std::size_t value_bytes = TakeSize();
  const std::size_t left = end_ - position_;
  const bool fits = shared <= key_.size() && unshared <= left && value_bytes <= left - unshared;
  Require(fits, ErrorKind::kInvalidModel, "an entry of the table runs out of its block");
  Require(shared + unshared <= kMostKeyBytes, ErrorKind::kInvalidModel, "a key of the table has more than 64 KiB");
  key_.resize(shared);
  key_.append(reinterpret_cast<const char*>(contents_.data()) + position_, unshared);
  value_ = contents_.Slice(position_ + unshared, value_bytes);
  position_ += unshared + value_bytes;
  return true;
}

std::size_t BlockWalk::TakeSize() {
  const auto size = ParseVarint(contents_.span().first(end_), position_);
  Require(size.has_value(), ErrorKind::kInvalidModel, "a block of the table ends inside an entry");
  return *size;
}

BlockPlace ParseBlockPlace(const SharedBytes& bytes, std::size_t& position) {
  const auto offset = ParseVarint(bytes.span(), position);
  const auto size = ParseVarint(bytes.span(), position);
  Require(offset && size, ErrorKind::kInvalidModel, "the table does not say where a block lies");
  return {*offset, *size};
}

}  // namespace stepwell::converter
