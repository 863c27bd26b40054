#include "stepwell/apps/cli/progress_bar.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace stepwell::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kSilentFor = 1s;
constexpr auto kRedrawEvery = 100ms;
constexpr int kWidth = 30;

}  // namespace

ProgressBar::ProgressBar(std::string what) : what_(std::move(what)), on_terminal_(::isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
  if (shown_) fmt::print(stderr, "\r\033[K");
}

void ProgressBar::Show(double part) { Show(part, what_); }

void ProgressBar::Show(double part, const std::string& what) {
  const Clock::time_point now = Clock::now();
  if (!on_terminal_ || now - started_ < kSilentFor || now - drawn_ < kRedrawEvery) return;
  drawn_ = now;
  shown_ = true;
  const double done = std::clamp(part, 0.0, 1.0);
  const int filled = static_cast<int>(done * kWidth);
  fmt::print(stderr, "\r\033[K{} [{}{}] {:3.0f} %", what, std::string(static_cast<std::size_t>(filled), '#'),
             std::string(static_cast<std::size_t>(kWidth - filled), '.'), 100 * done);
  std::fflush(stderr);
}

}  // namespace stepwell::cli
