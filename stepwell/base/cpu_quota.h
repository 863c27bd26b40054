#pragma once

#include <filesystem>
#include <optional>

namespace stepwell {

// The processors' worth of time that control groups grant this process (1.5 means three halves of a processor), or
// nothing where no limit is set. `proc_cgroup` is /proc/self/cgroup, `root` is /sys/fs/cgroup; both versions of control
// groups are read, every ancestor counts, and what cannot be read sets no limit.
std::optional<double> CpuQuota(const std::filesystem::path& proc_cgroup, const std::filesystem::path& root);

}  // namespace stepwell
