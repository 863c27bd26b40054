#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <utility>

namespace stepwell {

enum class ErrorKind : std::uint8_t {
  kInvalidModel,     // the file contradicts itself
  kUnsupported,      // the file is fine, we lack the feature
  kInvalidArgument,  // the caller passed something that cannot fit
  kIo,               // the operating system refused
};

// The only exception this library throws. It is thrown where the fault is seen, gains one line each time it crosses a
// level (op, node, file, stream), and is caught once, in main().
class Error : public std::exception {
 public:
  Error(ErrorKind kind, std::string message) : kind_(kind), text_(std::move(message)) {}

  ErrorKind kind() const noexcept { return kind_; }
  const char* what() const noexcept override { return text_.c_str(); }

  void AddFrame(const std::string& frame) { text_ += "\n  while " + frame; }

 private:
  ErrorKind kind_;
  std::string text_;
};

// Runs `body`. An Error leaving it gains the line that `frame()` builds; that line costs nothing when nothing is
// thrown.
template <class Frame, class Body>
decltype(auto) While(Frame&& frame, Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (Error& error) {
    error.AddFrame(std::forward<Frame>(frame)());
    throw;
  }
}

// Throws Error{kind, message} unless `ok`. For input; a message that must be built goes into an `if` and a `throw`.
inline void Require(bool ok, ErrorKind kind, const char* message) {
  if (!ok) [[unlikely]]
    throw Error(kind, message);
}

// Aborts with the source line: for our own mistakes only. One that a file can reach is a bug.
[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);
#define STEPWELL_CHECK(condition) ((condition) ? void(0) : ::stepwell::CheckFailed(#condition, __FILE__, __LINE__))

}  // namespace stepwell
