#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace stepwell::cli {

// A line on standard error that shows how far a long piece of work is: only on a terminal, and only once the work has
// taken longer than a second. The line is cleared when the bar is destroyed.
class ProgressBar {
 public:
  explicit ProgressBar(std::string what);
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar();

  // `part` of the work is done, between 0 and 1.
  void Show(double part);
  void Show(double part, const std::string& what);

 private:
  using Clock = std::chrono::steady_clock;

  std::string what_;
  Clock::time_point started_ = Clock::now();
  Clock::time_point drawn_;
  bool on_terminal_;
  bool shown_ = false;
};

}  // namespace stepwell::cli
