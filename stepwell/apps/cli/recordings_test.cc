#include "stepwell/apps/cli/recordings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/message_of.h"
#include "tests/support/temp_folder.h"

namespace stepwell::cli {
namespace {

using ::testing::HasSubstr;

using testing::TempFolder;

class Recordings : public ::testing::Test {
 protected:
  // Path from the folder on, and "=transcript" where there is one.
  std::vector<std::string> Found(const std::filesystem::path& data) const {
    std::vector<std::string> found;
    for (const Recording& recording : FindRecordings(data)) {
      found.push_back(std::filesystem::relative(recording.audio, folder_.path()).string());
      if (recording.transcript) found.back() += "=" + *recording.transcript;
    }
    return found;
  }
  TempFolder folder_;
};

TEST_F(Recordings, AreTheSoundsOfAFolderWithTheTextsBesideThem) {
  folder_.Write("b.wav", "x");
  folder_.Write("a.flac", "x");
  folder_.Write("a.txt", "turn on\n");
  EXPECT_EQ(Found(folder_.path()), (std::vector<std::string>{"a.flac=turn on", "b.wav"}));
  EXPECT_EQ(Found(folder_ / "a.flac"), (std::vector<std::string>{"a.flac=turn on"}));
}

TEST_F(Recordings, AreWhatAListNames) {
  folder_.Write("list.csv", "wav_filename,wav_filesize,transcript\r\nx/a.wav,12,\"one, \"\"two\"\"\"\r\nb.wav,3,\r\n");
  EXPECT_EQ(Found(folder_ / "list.csv"), (std::vector<std::string>{"x/a.wav=one, \"two\"", "b.wav="}));
  folder_.Write("list.json", R"([{"file": "a.wav", "transcript": "one"}, {"file": "b.wav"}])");
  EXPECT_EQ(Found(folder_ / "list.json"), (std::vector<std::string>{"a.wav=one", "b.wav"}));
  folder_.Write("list.tsv", "a.wav\tone two\n\nb.wav\n");
  EXPECT_EQ(Found(folder_ / "list.tsv"), (std::vector<std::string>{"a.wav=one two", "b.wav"}));
}

TEST_F(Recordings, MustBeThere) {
  EXPECT_THAT(MessageOf([&] { FindRecordings(folder_.path()); }), HasSubstr("no recordings"));
  EXPECT_THAT(MessageOf([&] { FindRecordings(folder_.Write("a.csv", "file,text\na,b\n")); }),
              HasSubstr("wav_filename"));
  EXPECT_THAT(MessageOf([&] { FindRecordings(folder_.Write("b.csv", "wav_filename,transcript\na\n")); }),
              HasSubstr("1 fields"));
  EXPECT_THAT(MessageOf([&] { FindRecordings(folder_.Write("c.json", "{}")); }), HasSubstr("array"));
}

}  // namespace
}  // namespace stepwell::cli
