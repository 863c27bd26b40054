#include "stepwell/base/memory_budget.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <limits>

#include "stepwell/base/error.h"

namespace stepwell {
namespace {

// The number in a file of the system's; "max", or no such file, is no limit.
std::size_t LimitIn(const char* path) {
  std::size_t limit = 0;
  return std::ifstream(path) >> limit ? limit : std::numeric_limits<std::size_t>::max();
}

// In a container its own group is the one at the mount, for both versions of control groups.
std::size_t MemoryOfMachine() {
  const auto pages = static_cast<std::size_t>(std::max(1L, ::sysconf(_SC_PHYS_PAGES)));
  const auto page_bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return std::min({pages * page_bytes, LimitIn("/sys/fs/cgroup/memory.max"),
                   LimitIn("/sys/fs/cgroup/memory/memory.limit_in_bytes")});
}

std::atomic<std::size_t>& Budget() {
  static std::atomic<std::size_t> budget{MemoryOfMachine()};
  return budget;
}

std::atomic<std::size_t> taken{0};

}  // namespace

std::size_t MemoryBudget() { return Budget().load(std::memory_order_relaxed); }
void SetMemoryBudget(std::size_t bytes) { Budget().store(bytes, std::memory_order_relaxed); }
std::size_t MemoryInUse() { return taken.load(std::memory_order_relaxed); }

void TakeMemory(std::size_t bytes) {
  const std::size_t before = taken.fetch_add(bytes, std::memory_order_relaxed);
  const std::size_t budget = MemoryBudget();
  if (before <= budget && bytes <= budget - before) return;
  GiveMemoryBack(bytes);
  throw Error(ErrorKind::kIo,
              fmt::format("{} bytes of memory are needed beside the {} in use, but there are {}: is a shape too large?",
                          bytes, before, budget));
}

void CorrectTakenMemory(std::size_t asked, std::size_t given) noexcept {
  taken.fetch_add(given - asked, std::memory_order_relaxed);
}

void GiveMemoryBack(std::size_t bytes) noexcept { taken.fetch_sub(bytes, std::memory_order_relaxed); }

}  // namespace stepwell
