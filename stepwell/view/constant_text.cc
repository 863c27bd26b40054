#include "stepwell/view/constant_text.h"

#include <fmt/format.h>

#include <cstring>
#include <vector>

#include "stepwell/base/half.h"
#include "stepwell/base/text.h"

namespace stepwell::view {
namespace {

std::vector<std::string> Elements(const ir::ConstantData& data) {
  std::vector<std::string> texts;
  if (data.type.dtype == DType::kF32) {
    for (const float element : data.Copy<float>()) texts.push_back(fmt::format("{}", element));
  } else if (data.type.dtype == DType::kF16) {
    std::vector<std::uint16_t> halves(AsSize(data.num_elements()));
    std::memcpy(halves.data(), data.bytes.Get().data(), halves.size() * sizeof(std::uint16_t));
    for (const std::uint16_t half : halves) texts.push_back(fmt::format("{}", HalfToFloat(half)));
  } else if (const auto integers = data.Ints()) {
    for (const std::int64_t element : *integers) texts.push_back(fmt::format("{}", element));
  }
  return texts;
}

}  // namespace

std::string ConstantText(const ir::ConstantData& data, std::int64_t most) {
  if (data.num_elements() > most) return ToText(data.type);
  if (data.num_elements() == 0) return "[]";
  const std::vector<std::string> elements = Elements(data);
  if (elements.empty()) return ToText(data.type);
  return data.type.shape.rank() == 0 ? elements[0] : fmt::format("[{}]", Join(elements, ", "));
}

}  // namespace stepwell::view
