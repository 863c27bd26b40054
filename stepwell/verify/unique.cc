#include "stepwell/verify/unique.h"

#include <limits>
#include <map>

namespace stepwell::verify {
namespace {

template <class T>
ir::ConstantData Vector(const std::vector<std::int64_t>& values) {
  const std::vector<T> narrow(values.begin(), values.end());
  return ir::ConstantData::Of(Tensor::Of<T>({static_cast<Dim>(narrow.size())}, narrow));
}

}  // namespace

std::vector<ir::ConstantData> Unique(const ir::ConstantData& elements) {
  const auto values = elements.Ints(std::numeric_limits<std::int64_t>::max());
  if (!values || (elements.type.dtype != DType::kI32 && elements.type.dtype != DType::kI64)) {
    throw Error(ErrorKind::kUnsupported, "Unique of " + ToText(elements.type) + "; i32 or i64 is expected");
  }
  std::map<std::int64_t, std::int64_t> index_of;
  std::vector<std::int64_t> distinct;
  std::vector<std::int64_t> indices;
  for (const std::int64_t value : *values) {
    const auto [entry, is_new] = index_of.try_emplace(value, static_cast<std::int64_t>(distinct.size()));
    if (is_new) distinct.push_back(value);
    indices.push_back(entry->second);
  }
  const bool is_i32 = elements.type.dtype == DType::kI32;
  return {is_i32 ? Vector<std::int32_t>(distinct) : Vector<std::int64_t>(distinct), Vector<std::int32_t>(indices)};
}

}  // namespace stepwell::verify
