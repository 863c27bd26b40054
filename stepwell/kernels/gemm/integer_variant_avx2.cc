#if defined(__x86_64__)
#include <immintrin.h>

#include "stepwell/kernels/isa.h"

#define STEPWELL_AVX __attribute__((target("avx2")))

namespace stepwell::kernels {
namespace {

// Two sums of two products of 16-bit integers where products of bytes could be more than 16 bits hold.
template <bool kSignedWeights>
STEPWELL_AVX inline __m256i AddProducts(__m256i sum, __m256i activations, __m256i weights) {
  if constexpr (kSignedWeights) {
    const __m256i even = _mm256_madd_epi16(_mm256_and_si256(activations, _mm256_set1_epi16(0xFF)),
                                           _mm256_srai_epi16(_mm256_slli_epi16(weights, 8), 8));
    const __m256i odd = _mm256_madd_epi16(_mm256_srli_epi16(activations, 8), _mm256_srai_epi16(weights, 8));
    return _mm256_add_epi32(sum, _mm256_add_epi32(even, odd));
  } else {
    const __m256i pairs = _mm256_maddubs_epi16(weights, activations);  // 2 * 15 * 127 at most
    return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
  }
}

}  // namespace
}  // namespace stepwell::kernels

#include "stepwell/kernels/gemm/integer_avx2-inl.h"

namespace stepwell::kernels {
namespace {

bool RunsHere() { return CurrentIsa() >= Isa::kAvx2; }

}  // namespace

const IntegerVariant kIntegerVariantAvx2 = {"avx2", RunsHere, false, Add, Turn, Widen};

}  // namespace stepwell::kernels
#endif
