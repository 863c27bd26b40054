#pragma once

#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "stepwell/converter/source/source_tensor.h"
#include "tests/support/message_of.h"

namespace stepwell::converter {

inline std::filesystem::path ModelPath(const std::string& name) {
  return std::filesystem::path(STEPWELL_SOURCE_DIR "/models") / name;
}
inline std::filesystem::path CheckpointFixture(const std::string& name) {
  return std::filesystem::path(STEPWELL_SOURCE_DIR "/tests/data/checkpoints") / name;
}

template <class T>
std::vector<T> Elements(const SourceTensor& tensor) {
  const SharedBytes bytes = tensor.Bytes().Get();
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

inline bool SameBytes(const SharedBytes& a, const SharedBytes& b) {
  return a.size() == b.size() && (a.size() == 0 || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

}  // namespace stepwell::converter
