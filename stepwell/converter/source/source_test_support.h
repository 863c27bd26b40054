#pragma once

#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "stepwell/base/error.h"
#include "stepwell/converter/source/source_tensor.h"

namespace stepwell::converter {

inline std::filesystem::path ModelPath(const std::string& name) {
  return std::filesystem::path(STEPWELL_SOURCE_DIR "/models") / name;
}
inline std::filesystem::path CheckpointFixture(const std::string& name) {
  return std::filesystem::path(STEPWELL_SOURCE_DIR "/tests/data/checkpoints") / name;
}

template <class T>
std::vector<T> Elements(const SourceTensor& tensor) {
  const SharedBytes bytes = tensor.Bytes();
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

inline bool SameBytes(const SharedBytes& a, const SharedBytes& b) {
  return a.size() == b.size() && (a.size() == 0 || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

// The message of the Error that `body` throws; "no error" where it throws none.
inline std::string MessageOf(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace stepwell::converter
