#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "stepwell/base/error.h"
#include "stepwell/base/parallel.h"

namespace stepwell::testing {

// How long and how much to damage. The files are the same on every run unless STEPWELL_SEED gives another seed;
// STEPWELL_DAMAGE_SECONDS gives every reader so much time, for as many files as that allows.
struct MutationOptions {
  std::size_t most_files = 4000;
  std::chrono::milliseconds most_time{1500};
  // Files up to this size are cut at every length, larger ones at some.
  std::size_t cut_everywhere_below = 2048;
};

inline std::uint32_t MutationSeed() {
  const char* const given = std::getenv("STEPWELL_SEED");
  return given == nullptr ? 20160910U : static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10));
}

inline MutationOptions WithDamageSeconds(MutationOptions options) {
  const char* const seconds = std::getenv("STEPWELL_DAMAGE_SECONDS");
  if (seconds == nullptr) return options;
  options.most_time = std::chrono::seconds(std::strtol(seconds, nullptr, 10));
  options.most_files = std::numeric_limits<std::size_t>::max();
  return options;
}

// Damaged copies of a file: flipped bits, bytes set to telling values, numbers of 4 and 8 bytes replaced, runs left
// out, doubled and swapped. A small number of such faults a copy.
class Mutator {
 public:
  Mutator(std::span<const std::byte> original, std::uint32_t seed)
      : original_(original.begin(), original.end()), random_(seed) {}

  std::vector<std::byte> Next() {
    std::vector<std::byte> copy = original_;
    const std::size_t faults = 1 + Below(4);
    for (std::size_t i = 0; i < faults && !copy.empty(); ++i) Damage(copy);
    return copy;
  }

  // A number below `end`, which is not 0.
  std::size_t Below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }

 private:
  using Bytes = std::vector<std::byte>;

  void Damage(Bytes& bytes) {
    switch (Below(6)) {
      case 0:
        bytes[Below(bytes.size())] ^= static_cast<std::byte>(1U << Below(8));
        break;
      case 1:
        bytes[Below(bytes.size())] = TellingByte();
        break;
      case 2:
        Overwrite(bytes, 4);
        break;
      case 3:
        Overwrite(bytes, 8);
        break;
      case 4:
        LeaveOut(bytes);
        break;
      default:
        Double(bytes);
        break;
    }
  }

  std::byte TellingByte() {
    constexpr std::uint8_t kTelling[] = {0x00, 0x01, 0x7f, 0x80, 0xff, '"', '{', '-', '9'};
    return static_cast<std::byte>(kTelling[Below(std::size(kTelling))]);
  }

  void Overwrite(Bytes& bytes, std::size_t width) {
    constexpr std::uint64_t kTelling[] = {
        0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x7fffffffffffffff, ~std::uint64_t{0}};
    const std::uint64_t value = kTelling[Below(std::size(kTelling))];
    const std::size_t at = Below(bytes.size());
    std::memcpy(bytes.data() + at, &value, std::min(width, bytes.size() - at));
  }

  // A run that lies in the file and is rarely long.
  std::pair<std::size_t, std::size_t> Run(const Bytes& bytes) {
    const std::size_t begin = Below(bytes.size());
    const std::size_t longest = Below(8) == 0 ? bytes.size() : 16;
    return {begin, 1 + Below(std::min(longest, bytes.size() - begin))};
  }

  void LeaveOut(Bytes& bytes) {
    const auto run = Run(bytes);
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(run.first);
    bytes.erase(begin, begin + static_cast<std::ptrdiff_t>(run.second));
  }

  void Double(Bytes& bytes) {
    const auto run = Run(bytes);
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(run.first);
    const Bytes copy(begin, begin + static_cast<std::ptrdiff_t>(run.second));
    bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(Below(bytes.size())), copy.begin(), copy.end());
  }

  Bytes original_;
  std::mt19937 random_;
};

// What `read` made of one damaged file; anything but success and stepwell::Error fails the test.
inline bool SurvivesDamage(std::span<const std::byte> damaged, FunctionRef<void(std::span<const std::byte>)> read) {
  try {
    read(damaged);
    return true;
  } catch (const Error&) {
    return true;
  } catch (const std::exception& other) {
    ADD_FAILURE() << "a damaged file gave " << other.what();
    return false;
  }
}

// Hands `read` the file cut short and damaged in thousands of ways, until files or time run out. `read` must finish or
// throw stepwell::Error. Meant to run under AddressSanitizer, which catches what a test cannot see.
inline void ExpectSurvivesDamage(std::span<const std::byte> original,
                                 FunctionRef<void(std::span<const std::byte>)> read,
                                 const MutationOptions& wanted = {}) {
  const MutationOptions options = WithDamageSeconds(wanted);
  const std::uint32_t seed = MutationSeed();
  SCOPED_TRACE("STEPWELL_SEED=" + std::to_string(seed));
  const auto end = std::chrono::steady_clock::now() + options.most_time;
  const auto has_time = [&] { return std::chrono::steady_clock::now() < end; };
  const std::size_t step = std::max<std::size_t>(1, original.size() / options.cut_everywhere_below);
  for (std::size_t size = 0; size < original.size() && has_time(); size += step) {
    // A copy of its own, so that reading behind its end is seen.
    const std::vector<std::byte> cut(original.begin(), original.begin() + static_cast<std::ptrdiff_t>(size));
    ASSERT_TRUE(SurvivesDamage(cut, read)) << "cut at byte " << size;
  }
  Mutator mutator(original, seed);
  for (std::size_t file = 0; file < options.most_files && has_time(); ++file) {
    ASSERT_TRUE(SurvivesDamage(mutator.Next(), read)) << "damaged file " << file;
  }
}

}  // namespace stepwell::testing
