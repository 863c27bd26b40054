#pragma once

// For the tests of this folder.

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "stepwell/base/checked.h"
#include "stepwell/base/memory.h"
#include "stepwell/kernels/isa.h"

namespace stepwell::kernels {

// Runs its tests once for every instruction set that the machine has. Instantiate with STEPWELL-wide name "Every":
//   INSTANTIATE_TEST_SUITE_P(Every, SoftmaxTest, testing::ValuesIn(RunnableIsas()), NameOfIsa);
class EveryIsa : public testing::TestWithParam<Isa> {
 protected:
  EveryIsa() { ForceIsa(GetParam()); }
  ~EveryIsa() override { ForceIsa(ChosenIsa()); }
};

inline std::string NameOfIsa(const testing::TestParamInfo<Isa>& info) { return std::string(IsaName(info.param)); }

// Uniform in [-scale, scale]; the same for the same seed.
inline std::vector<float> RandomFloats(std::int64_t count, unsigned seed, float scale = 1) {
  std::mt19937 generator(seed);
  std::uniform_real_distribution<float> uniform(-scale, scale);
  std::vector<float> values(AsSize(count));
  for (float& value : values) value = uniform(generator);
  return values;
}

inline SharedBytes BytesOfFloats(std::span<const float> values) { return SharedBytes::CopyOf(std::as_bytes(values)); }

// The same bytes at an odd address.
inline SharedBytes MisalignedBytesOf(std::span<const float> values) {
  AlignedBuffer buffer(values.size_bytes() + 1);
  std::memcpy(buffer.data() + 1, values.data(), values.size_bytes());
  return SharedBytes::Own(std::move(buffer)).Slice(1, values.size_bytes());
}

inline bool SameBits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

}  // namespace stepwell::kernels
