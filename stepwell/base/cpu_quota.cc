#include "stepwell/base/cpu_quota.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "stepwell/base/text.h"

namespace stepwell {
namespace {

using Path = std::filesystem::path;
using Quota = std::optional<double>;

Quota Smaller(Quota a, Quota b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

std::string FirstLine(const Path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

Quota Ratio(std::string_view quota_us, std::string_view period_us) {
  const auto quota = ParseInt(quota_us);
  const auto period = ParseInt(period_us);
  if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;  // "max" in version 2, -1 in version 1
  return static_cast<double>(*quota) / static_cast<double>(*period);
}

Quota QuotaV2(const Path& group) {
  const std::string line = FirstLine(group / "cpu.max");
  const auto words = Split(line, ' ');
  return words.size() == 2 ? Ratio(words[0], words[1]) : std::nullopt;
}

Quota QuotaV1(const Path& group) {
  return Ratio(FirstLine(group / "cpu.cfs_quota_us"), FirstLine(group / "cpu.cfs_period_us"));
}

// The smallest quota of `group` and its ancestors below `mount`. In a container the group's path may be the host's and
// not exist here; the mount itself is then the group.
template <class ReadQuota>
Quota SmallestQuota(const Path& mount, std::string_view group, ReadQuota read) {
  Quota smallest = read(mount);
  Path here = mount;
  for (const auto& part : Path(group).relative_path()) {
    if (part == "..") return smallest;
    here /= part;
    smallest = Smaller(smallest, read(here));
  }
  return smallest;
}

bool HasCpuController(std::string_view controllers) {
  const auto names = Split(controllers, ',');
  return std::find(names.begin(), names.end(), "cpu") != names.end();
}

// One line of /proc/self/cgroup, "hierarchy:controllers:path"; version 2 has no controllers.
Quota QuotaOfLine(std::string_view line, const Path& root) {
  const auto first = line.find(':');
  const auto second = line.find(':', first + 1);
  if (first == line.npos || second == line.npos) return std::nullopt;
  const auto controllers = line.substr(first + 1, second - first - 1);
  const auto group = line.substr(second + 1);
  if (controllers.empty()) return SmallestQuota(root, group, QuotaV2);
  if (!HasCpuController(controllers)) return std::nullopt;
  return Smaller(SmallestQuota(root / controllers, group, QuotaV1), SmallestQuota(root / "cpu", group, QuotaV1));
}

}  // namespace

std::optional<double> CpuQuota(const std::filesystem::path& proc_cgroup, const std::filesystem::path& root) {
  std::ifstream file(proc_cgroup);
  Quota smallest;
  for (std::string line; std::getline(file, line);) smallest = Smaller(smallest, QuotaOfLine(line, root));
  return smallest;
}

}  // namespace stepwell
