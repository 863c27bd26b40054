#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#include "stepwell/kernels/isa.h"

#define STEPWELL_AVX __attribute__((target("avx2,avxvnni")))

namespace stepwell::kernels {
namespace {

template <bool kSignedWeights>
STEPWELL_AVX inline __m256i AddProducts(__m256i sum, __m256i activations, __m256i weights) {
  return kSignedWeights ? _mm256_dpbusd_avx_epi32(sum, activations, weights)
                        : _mm256_dpbusd_avx_epi32(sum, weights, activations);
}

}  // namespace
}  // namespace stepwell::kernels

#include "stepwell/kernels/gemm/integer_avx2-inl.h"

namespace stepwell::kernels {
namespace {

// Clang 14's run-time support does not know it by name.
bool HasAvxVnni() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  constexpr unsigned kAvxVnni = 1U << 4;
  return __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) != 0 && (eax & kAvxVnni) != 0;
}

bool RunsHere() {
  static const bool has_vnni = HasAvxVnni();
  return has_vnni && CurrentIsa() >= Isa::kAvx2;
}

}  // namespace

const IntegerVariant kIntegerVariantAvxVnni = {"avx-vnni", RunsHere, false, Add, Turn, Widen};

}  // namespace stepwell::kernels
#endif
