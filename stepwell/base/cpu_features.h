#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stepwell {

// Instruction sets that kernels are written for, in rising order. Each includes those before it.
enum class Isa : std::uint8_t {
  kScalar,  // what every CPU of the architecture has
  kSse4,    // SSE 4.2
  kAvx2,    // AVX2, FMA, BMI2, F16C
  kAvx512,  // AVX-512 F, BW, CD, DQ, VL
};

// "scalar", "sse4", "avx2", "avx512"
std::string_view IsaName(Isa isa);
std::optional<Isa> FindIsa(std::string_view name);

// The best of them that this CPU and its operating system can run.
Isa MachineIsa();

// What the kernels use: MachineIsa(), capped by the environment variable STEPWELL_ISA (one of the names above), read
// once. Throws Error(kInvalidArgument) when the variable holds another word.
Isa ChosenIsa();

// Further abilities of the CPU, for reports and for kernels that need them.
struct CpuFeatures {
  bool avx512_vnni = false;  // int8 dot products
  bool avx512_bf16 = false;  // bfloat16 dot products
  bool amx = false;          // tiles of int8 and bfloat16
};
CpuFeatures MachineFeatures();

// "avx2 (machine: avx512 vnni bf16)": what is used, then what there is.
std::string DescribeCpu();

}  // namespace stepwell
