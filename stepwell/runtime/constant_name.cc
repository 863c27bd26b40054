#include "stepwell/runtime/constant_name.h"

#include <fmt/format.h>

#include "stepwell/base/compressed_floats.h"
#include "stepwell/base/digest.h"
#include "stepwell/base/mapped_file.h"
#include "stepwell/passes/recipe.h"

namespace stepwell::runtime {
namespace {

class DigestRecipe final : public passes::Recipe {
 public:
  void AddText(std::string_view text) override { digest_.Add(text); }

  void AddBytes(const LazyBytes& bytes) override {
    if (bytes.is_held()) return AddHeld(bytes.Get());
    DigestRecipe made;
    if (Tell(*bytes.source(), made)) {
      digest_.Add("made");
      for (const std::uint64_t word : made.digest_.value()) digest_.Add(word);
    } else {
      digest_.Add("content");
      bytes.Stream([&](std::span<const std::byte> piece) { digest_.Add(piece); });
    }
  }

  std::string Name() const { return digest_.Hexadecimal(); }

 private:
  static bool Tell(const ByteSource& source, DigestRecipe& recipe) {
    if (const auto* floats = dynamic_cast<const CompressedFloats*>(&source)) return TellFloats(*floats, recipe), true;
    const auto* known = dynamic_cast<const passes::HasRecipe*>(&source);
    return known != nullptr && known->Tell(recipe);
  }

  static void TellFloats(const CompressedFloats& floats, DigestRecipe& recipe) {
    recipe.AddText(fmt::format("{} {} of {} blocks of {} with {}, {}", floats.elements, DTypeName(floats.dtype),
                               floats.scales.size(), floats.elements_per_block, floats.scales_per_block,
                               static_cast<int>(floats.activations)));
    recipe.AddBytes(floats.values);
    recipe.digest_.Add(std::as_bytes(std::span(floats.scales)));
  }

  void AddHeld(const SharedBytes& bytes) {
    if (const auto offset = OffsetInMappedFile(bytes.data())) {
      digest_.Add("file");
      digest_.Add(*offset);
      digest_.Add(bytes.size());
    } else {
      digest_.Add("content");
      digest_.Add(bytes.span());
    }
  }

  Digest digest_;
};

}  // namespace

std::string NameOf(const ir::ConstantData& constant) {
  DigestRecipe recipe;
  recipe.AddText(ToText(constant.type));
  recipe.AddBytes(constant.bytes);
  return recipe.Name();
}

}  // namespace stepwell::runtime
