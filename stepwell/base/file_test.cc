#include "stepwell/base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stepwell/base/error.h"
#include "stepwell/base/memory.h"

namespace stepwell {
namespace {

namespace fs = std::filesystem;

class FileTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::size_t Entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  fs::path folder_;
};

TEST_F(FileTest, AppearsOnlyWhenCommitted) {
  const fs::path path = folder_ / "model.bin";
  AtomicFile file(path);
  file.Write("half");
  EXPECT_FALSE(fs::exists(path));
  file.Write(std::string(std::size_t{3} << 20, 'x'));
  file.Commit();
  EXPECT_EQ(fs::file_size(path), 4 + (std::size_t{3} << 20));
  EXPECT_EQ(Entries(), 1U);
}

TEST_F(FileTest, LeavesNothingBehindWithoutCommit) {
  { AtomicFile(folder_ / "model.bin").Write("half"); }
  EXPECT_EQ(Entries(), 0U);
}

TEST_F(FileTest, KeepsTheOldFileUntilTheNewOneIsWhole) {
  const fs::path path = folder_ / "model.xml";
  const auto write = [&](std::string_view text) {
    AtomicFile file(path);
    file.Write(text);
    return file.Commit();
  };
  write("old");
  { AtomicFile(path).Write("new"); }
  EXPECT_EQ(ReadTextFile(path, 100), "old");
  write("new");
  EXPECT_EQ(ReadTextFile(path, 100), "new");
}

TEST_F(FileTest, ComparesAndTakesBackWhatItWrote) {
  const fs::path path = folder_ / "model.bin";
  AtomicFile file(path);
  const std::string large(std::size_t{3} << 20, 'x');
  file.Write(large);
  file.Write(large);
  file.Write("abcabd");
  EXPECT_TRUE(file.HoldsTwice(0, large.size(), large.size()));
  EXPECT_TRUE(file.HoldsTwice(2 * large.size(), 2 * large.size() + 3, 2));
  EXPECT_FALSE(file.HoldsTwice(2 * large.size(), 2 * large.size() + 3, 3));
  EXPECT_FALSE(file.HoldsTwice(large.size() - 1, 2 * large.size() - 1, 2));
  file.Truncate(1);
  EXPECT_EQ(file.bytes_written(), 1U);
  file.Write("y");
  file.Commit();
  EXPECT_EQ(ReadTextFile(path, 100), "xy");
}

TEST_F(FileTest, NamesTheFileItCannotCreate) {
  try {
    AtomicFile(folder_ / "absent" / "model.bin");
    FAIL() << "a folder that does not exist was written to";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kIo);
    EXPECT_THAT(error.what(), testing::HasSubstr("absent/model.bin"));
  }
}

TEST_F(FileTest, RefusesToReadATextThatIsTooLong) {
  AtomicFile file(folder_ / "long.txt");
  file.Write("0123456789");
  file.Commit();
  EXPECT_THROW(ReadTextFile(folder_ / "long.txt", 9), Error);
}

TEST_F(FileTest, MapsAFileAndCutsSlicesInsideOfIt) {
  AtomicFile file(folder_ / "data");
  file.Write("0123456789");
  file.Commit();
  const SharedBytes bytes = MapFile(folder_ / "data");
  EXPECT_EQ(static_cast<char>(bytes.Slice(3, 4).span()[0]), '3');
  EXPECT_EQ(bytes.Slice(10, 0).size(), 0U);
  EXPECT_THROW((void)bytes.Slice(3, 8), Error);
  EXPECT_THROW((void)bytes.Slice(11, 0), Error);
  EXPECT_THROW((void)bytes.Slice(1, static_cast<std::size_t>(-1)), Error);
}

TEST_F(FileTest, MapsNoFolder) { EXPECT_THROW(MapFile(folder_), Error); }

}  // namespace
}  // namespace stepwell
