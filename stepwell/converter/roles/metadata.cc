#include "stepwell/converter/roles/metadata.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "stepwell/converter/import/node_kinds.h"
#include "stepwell/converter/import/variables.h"

namespace stepwell::converter {
namespace {

constexpr std::string_view kPrefix = "metadata_";
constexpr std::string_view kBinarySuffix = "_base64";
constexpr std::int64_t kMostNumbers = 64;

// RFC 4648, section 4.
std::string Base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8U | (k < count ? static_cast<std::uint8_t>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) text += k <= count ? kDigits[group >> (18 - 6 * k) & 63U] : '=';
  }
  return text;
}

bool IsPlainText(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::optional<std::string> NumbersText(const SourceTensor& tensor) {
  if (!tensor.dtype || tensor.shape.num_elements() > kMostNumbers) return std::nullopt;
  const auto ints = ToConstantData(tensor, "a metadata constant").Ints();
  return ints ? std::optional(fmt::format("{}", fmt::join(*ints, ","))) : std::nullopt;
}

}  // namespace

std::map<std::string, std::string> FindMetadata(const SourceGraph& graph) {
  std::map<std::string, std::string> metadata;
  for (const SourceNode& node : graph.nodes()) {
    if (!IsConst(node) || !node.name.starts_with(kPrefix)) continue;
    const std::string key = node.name.substr(kPrefix.size());
    const SourceTensor& tensor = node.TensorAttr("value");
    if (tensor.tf_type == TfType::kString && tensor.strings.size() == 1) {
      const std::string& text = tensor.strings[0];
      const bool is_text = IsPlainText(text);
      metadata[is_text ? key : key + std::string(kBinarySuffix)] = is_text ? text : Base64(text);
    } else if (auto numbers = NumbersText(tensor)) {
      metadata[key] = std::move(*numbers);
    }
  }
  return metadata;
}

}  // namespace stepwell::converter
