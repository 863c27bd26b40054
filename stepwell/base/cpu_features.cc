#include "stepwell/base/cpu_features.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "stepwell/base/error.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace stepwell {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"scalar", "sse4", "avx2", "avx512"};

Isa CapFromEnvironment() {
  const char* text = std::getenv("STEPWELL_ISA");
  if (text == nullptr || *text == '\0') return Isa::kAvx512;
  if (const auto isa = FindIsa(text)) return *isa;
  throw Error(ErrorKind::kInvalidArgument,
              fmt::format("STEPWELL_ISA is '{}'; expected scalar, sse4, avx2 or avx512", text));
}

}  // namespace

std::string_view IsaName(Isa isa) { return kNames[static_cast<std::size_t>(isa)]; }

std::optional<Isa> FindIsa(std::string_view name) {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Isa>(found - kNames.begin());
}

#if defined(__x86_64__)

namespace {

// Conversion of half floats, which Clang 14 does not know by name.
bool HasF16c() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  constexpr unsigned kF16c = 1U << 29;
  return __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & kF16c) != 0;
}

}  // namespace

// The compiler's run-time support asks the CPU and, for wide registers, the operating system.
Isa MachineIsa() {
  const auto sse4 =
      __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("aes");
  if (!sse4) return Isa::kScalar;
  const auto avx2 =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2") && HasF16c();
  if (!avx2) return Isa::kSse4;
  const auto avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl");
  return avx512 ? Isa::kAvx512 : Isa::kAvx2;
}

CpuFeatures MachineFeatures() {
  if (MachineIsa() < Isa::kAvx512) return {};
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  __cpuid_count(7, 0, eax, ebx, ecx, edx);
  constexpr unsigned kAmxTileAndInt8AndBf16 = 1U << 24 | 1U << 25 | 1U << 22;
  return {.avx512_vnni = __builtin_cpu_supports("avx512vnni") != 0,
          .avx512_bf16 = __builtin_cpu_supports("avx512bf16") != 0,
          .amx = (edx & kAmxTileAndInt8AndBf16) == kAmxTileAndInt8AndBf16};
}

#else

Isa MachineIsa() { return Isa::kScalar; }
CpuFeatures MachineFeatures() { return {}; }

#endif

Isa ChosenIsa() {
  static const Isa cap = CapFromEnvironment();
  return std::min(MachineIsa(), cap);
}

std::string DescribeCpu() {
  const CpuFeatures features = MachineFeatures();
  return fmt::format("{} (machine: {}{}{}{})", IsaName(ChosenIsa()), IsaName(MachineIsa()),
                     features.avx512_vnni ? " vnni" : "", features.avx512_bf16 ? " bf16" : "",
                     features.amx ? " amx" : "");
}

}  // namespace stepwell
