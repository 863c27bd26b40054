#include "stepwell/kernels/isa.h"

#include <atomic>
#include <cstdint>

#include "hwy/targets.h"
#include "stepwell/base/error.h"

namespace stepwell::kernels {
namespace {

// Highway's targets up to `isa`; it takes the best of them. Its plain variant is always among them.
std::int64_t TargetsUpTo(Isa isa) {
  std::int64_t targets = 0;
#if HWY_ARCH_X86
  if (isa >= Isa::kSse4) targets |= HWY_SSE4;
  if (isa >= Isa::kAvx2) targets |= HWY_AVX2;
  if (isa >= Isa::kAvx512) targets |= HWY_AVX3;
#else
  static_cast<void>(isa);
  targets = HWY_TARGETS;
#endif
  return targets & hwy::SupportedTargets();
}

std::atomic<Isa> current{Isa::kScalar};

void Use(Isa isa) {
  current = isa;
  hwy::GetChosenTarget().Update(TargetsUpTo(isa));
}

}  // namespace

void SettleIsa() {
  static const bool settled = [] {
    Use(ChosenIsa());
    return true;
  }();
  static_cast<void>(settled);
}

void ForceIsa(Isa isa) {
  STEPWELL_CHECK(isa <= MachineIsa());
  SettleIsa();
  Use(isa);
}

Isa CurrentIsa() {
  SettleIsa();
  return current;
}

std::vector<Isa> RunnableIsas() {
  std::vector<Isa> isas;
  for (const Isa isa : {Isa::kScalar, Isa::kSse4, Isa::kAvx2, Isa::kAvx512}) {
    if (isa <= MachineIsa()) isas.push_back(isa);
  }
  return isas;
}

}  // namespace stepwell::kernels
