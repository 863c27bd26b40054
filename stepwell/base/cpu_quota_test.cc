#include "stepwell/base/cpu_quota.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace stepwell {
namespace {

// A made-up /proc/self/cgroup and /sys/fs/cgroup.
class CpuQuotaTest : public testing::Test {
 protected:
  CpuQuotaTest() : folder_(std::filesystem::path(testing::TempDir()) / ("cpu_quota_" + TestName())) {
    std::filesystem::remove_all(folder_);
  }
  ~CpuQuotaTest() override { std::filesystem::remove_all(folder_); }

  void Put(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories((folder_ / path).parent_path());
    std::ofstream(folder_ / path) << text;
  }
  std::optional<double> Quota() const { return CpuQuota(folder_ / "self", folder_ / "sys"); }

 private:
  static std::string TestName() { return testing::UnitTest::GetInstance()->current_test_info()->name(); }

  std::filesystem::path folder_;
};

TEST_F(CpuQuotaTest, IsAbsentWithoutFiles) { EXPECT_EQ(Quota(), std::nullopt); }

TEST_F(CpuQuotaTest, IsAbsentWhereVersion2SaysMax) {
  Put("self", "0::/user\n");
  Put("sys/user/cpu.max", "max 100000\n");
  EXPECT_EQ(Quota(), std::nullopt);
}

TEST_F(CpuQuotaTest, IsTheSmallestOfTheAncestorsInVersion2) {
  Put("self", "0::/outer/inner\n");
  Put("sys/outer/cpu.max", "150000 100000\n");
  Put("sys/outer/inner/cpu.max", "400000 100000\n");
  EXPECT_EQ(Quota(), 1.5);
}

TEST_F(CpuQuotaTest, IsReadAtTheMountInsideAContainer) {
  Put("self", "0::/../../host/path\n");
  Put("sys/cpu.max", "200000 100000\n");
  EXPECT_EQ(Quota(), 2.0);
}

TEST_F(CpuQuotaTest, IsReadFromVersion1) {
  Put("self", "5:memory:/job\n3:cpu,cpuacct:/job\n");
  Put("sys/cpu,cpuacct/job/cpu.cfs_quota_us", "250000\n");
  Put("sys/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(Quota(), 2.5);
}

TEST_F(CpuQuotaTest, IsAbsentWhereVersion1SaysMinusOne) {
  Put("self", "3:cpu:/\n");
  Put("sys/cpu/cpu.cfs_quota_us", "-1\n");
  Put("sys/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(Quota(), std::nullopt);
}

}  // namespace
}  // namespace stepwell
