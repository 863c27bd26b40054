#include "stepwell/ops/audio/audio_imports.h"
#include "stepwell/ops/audio/rdft_kernel.h"
#include "stepwell/ops/op_rule.h"

namespace stepwell::ops::audio {

std::span<const OpRule> OpRules() {
  static constexpr OpRule kRules[] = {OpRuleFor<Rdft>()};
  return kRules;
}

std::span<const ImportRule> ImportRules() {
  static constexpr ImportRule kRules[] = {
      {"AudioSpectrogram", ImportAudioSpectrogram},
      {"Mfcc", ImportMfcc},
  };
  return kRules;
}

std::span<const KernelRule> KernelRules() {
  static constexpr KernelRule kRules[] = {KernelFor<Rdft, MakeRdftKernel>()};
  return kRules;
}

}  // namespace stepwell::ops::audio
