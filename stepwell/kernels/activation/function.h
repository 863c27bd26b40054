#pragma once

#include <cstdint>

namespace stepwell::kernels {

// The functions of one variable that activation.cc has for every instruction set.
enum class Function : std::uint8_t { kExp, kLog, kSigmoid, kTanh, kErf, kGeluErf, kGeluTanh };

}  // namespace stepwell::kernels
