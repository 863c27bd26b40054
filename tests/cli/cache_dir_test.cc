// --cache-dir: packed weights that outlive a process, seen from outside.
#include <fstream>
#include <thread>

#include "tests/cli/run_fixture.h"

namespace stepwell::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class CacheDir : public Run {
 protected:
  void Convert(const std::string& weights = "") {
    if (weights.empty()) {
      ASSERT_EQ(Stepwell({"convert", Speech("0.8.2-64"), "-n", "model"}).exit_code, kDone);
    } else {
      ASSERT_EQ(Stepwell({"quantize", Speech("0.8.2-64"), "-o", "model.xml", "--weights", weights}).exit_code, kDone);
    }
    calls_ = Feed("0.8.2-64", 0, 2);
  }

  std::vector<std::string> Words(const std::string& out, bool has_cache) const {
    std::vector<std::string> words = {"run", "model.xml", "--output-dir", out};
    words.insert(words.end(), calls_.begin(), calls_.end());
    if (has_cache) words.insert(words.end(), {"--cache-dir", "cache"});
    return words;
  }
  // All bytes of all outputs.
  std::string Outputs(const std::string& out) const {
    std::string bytes;
    for (const char* name : {"logits", "new_state_c", "new_state_h"}) {
      bytes += testing::ReadWhole(folder_ / out / (std::string(name) + ".npy"));
    }
    return bytes;
  }
  // As Stepwell() with one variable of the environment.
  ProgramResult With(const std::string& variable, std::vector<std::string> words) const {
    words.insert(words.begin(), {variable, kProgram.string()});
    return testing::RunProgram("/usr/bin/env", words, folder_.path());
  }
  std::size_t NumFiles() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_ / "cache"), {}));
  }

  std::vector<std::string> calls_;
};

TEST_F(CacheDir, ChangesNoBitOfAnyFormatUnderAnyCap) {
  for (const std::string weights : {"", "int8", "int4", "bf16"}) {
    fs::remove_all(folder_ / "cache");
    Convert(weights);
    for (const std::string cap : {"scalar", "sse4", "avx2", "avx512"}) {
      const std::string variable = "STEPWELL_ISA=" + cap;
      ASSERT_EQ(With(variable, Words("without", false)).exit_code, kDone);
      for (int start = 0; start < 3; ++start) {
        const ProgramResult result = With(variable, Words("with", true));
        ASSERT_EQ(result.exit_code, kDone) << result.err;
        EXPECT_THAT(result.err, Not(HasSubstr("warning")));
        EXPECT_EQ(Outputs("with"), Outputs("without")) << weights << " " << cap << ", start " << start;
      }
    }
  }
}

TEST_F(CacheDir, HasAFileForEachUseOfTheCpu) {
  Convert();
  for (const std::string cap : {"scalar", "sse4", "scalar"}) {
    ASSERT_EQ(With("STEPWELL_ISA=" + cap, Words("out", true)).exit_code, kDone);
  }
  EXPECT_EQ(NumFiles(), 2U);
}

TEST_F(CacheDir, IsFilledByTwoProcessesAtOnce) {
  Convert();
  ASSERT_EQ(Stepwell(Words("expected", false)).exit_code, kDone);
  for (int round = 0; round < 3; ++round) {
    fs::remove_all(folder_ / "cache");
    std::vector<std::thread> processes;
    std::vector<ProgramResult> results(3);
    for (std::size_t i = 0; i < results.size(); ++i) {
      processes.emplace_back([&, i] { results[i] = Stepwell(Words("out" + std::to_string(i), true)); });
    }
    for (std::thread& process : processes) process.join();
    for (std::size_t i = 0; i < results.size(); ++i) {
      EXPECT_EQ(results[i].exit_code, kDone) << results[i].err;
      EXPECT_THAT(results[i].err, Not(HasSubstr("warning")));
      EXPECT_EQ(Outputs("out" + std::to_string(i)), Outputs("expected"));
    }
    EXPECT_EQ(NumFiles(), 1U) << "a temporary file is left";
  }
}

// RLIMIT_FSIZE, as a full disk, ends a write; the system would send a signal, too.
TEST_F(CacheDir, RunsWithAWarningWhereTheFileCannotGrow) {
  Convert();
  ASSERT_EQ(Stepwell(Words("expected", false)).exit_code, kDone);
  std::string command = "ulimit -f 64; exec " + kProgram.string();
  for (const std::string& word : Words("out", true)) command += " '" + word + "'";
  const ProgramResult result = testing::RunProgram("/bin/sh", {"-c", command}, folder_.path());
  ASSERT_EQ(result.exit_code, kDone) << result.err;
  EXPECT_THAT(result.err, AllOf(HasSubstr("warning: packed weights are not kept"), HasSubstr("cache")));
  EXPECT_EQ(Outputs("out"), Outputs("expected"));
  EXPECT_EQ(NumFiles(), 0U);
}

TEST_F(CacheDir, RunsWithAWarningWhereTheFolderIsNone) {
  Convert();
  folder_.Write("cache", "a file");
  const ProgramResult result = Stepwell(Words("out", true));
  ASSERT_EQ(result.exit_code, kDone) << result.err;
  EXPECT_THAT(result.err, HasSubstr("warning: packed weights are not kept"));
}

TEST_F(CacheDir, IsForIrAlone) {
  const ProgramResult result =
      Stepwell({"bench", Speech("0.8.2-64"), "--repeat", "1", "--warm-up", "0", "--cache-dir", "cache"});
  EXPECT_EQ(result.exit_code, kUsage);
  EXPECT_THAT(result.err, AllOf(HasSubstr("--cache-dir"), HasSubstr("convert the model first")));
}

}  // namespace
}  // namespace stepwell::tests
