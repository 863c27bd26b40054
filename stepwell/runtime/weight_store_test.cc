#include "stepwell/runtime/weight_store.h"

#include <gtest/gtest.h>

#include <fstream>

#include "stepwell/base/crc32c.h"
#include "stepwell/base/error.h"
#include "stepwell/ir/ir_file.h"
#include "stepwell/ops/matmul/matmul.h"
#include "stepwell/runtime/loaded_model.h"
#include "tests/support/model_runner.h"
#include "tests/support/run_program.h"
#include "tests/support/small_lstm.h"

namespace stepwell::runtime {
namespace {

namespace fs = std::filesystem;
using stepwell::testing::ReadWhole;
using stepwell::testing::TempFolder;
using stepwell::testing::Wave;
using stepwell::testing::WaveConstant;

// x [?, 2] times weights [2, 70] and [70, 3], and an LSTM cell over it.
ir::Graph Model(float phase) {
  ir::GraphBuilder builder;
  const ir::ValueId x = builder.AddInput("x", {DType::kF32, {kDynamic, 2}}, Shape{1, 2}, {});
  const ir::ValueId state = builder.AddInput("state", {DType::kF32, {kDynamic, 3}}, Shape{1, 3}, {});
  const ir::ValueId wide =
      builder.AddOne("wide", ops::matmul::MatMul(), {x, WaveConstant(builder, "w1", {2, 70}, phase)});
  const ir::ValueId narrow =
      builder.AddOne("narrow", ops::matmul::MatMul(), {wide, WaveConstant(builder, "w2", {70, 3}, phase + 1)});
  ops::recurrent::LstmCell cell;
  cell.hidden_size = 3;
  const auto next =
      builder.Add("lstm", std::make_shared<const ops::recurrent::LstmCell>(cell),
                  {narrow, state, state, WaveConstant(builder, "w", {12, 3}, phase + 2),
                   WaveConstant(builder, "r", {12, 3}, phase + 3), WaveConstant(builder, "b", {12}, phase + 4)});
  builder.AddOutput("h", next[0]);
  builder.AddOutput("c", next[1]);
  builder.SetName("small");
  return std::move(builder).Build();
}

class WeightStoreTest : public ::testing::Test {
 protected:
  WeightStoreTest() { ir::WriteIr(Model(0.1F), xml_); }

  // The outputs of a start of the program with the folder; `packed` counts the starts that packed anything.
  std::string Start() { return OutputsOf(LoadedModel::Load(xml_, Options())); }
  std::string StartWithout() const { return OutputsOf(LoadedModel::Load(xml_)); }
  WeightCacheOptions Options() {
    return {.folder = cache_,
            .progress = [this](double done) { packed_ += done >= 1 ? 1 : 0; },
            .warning = [this](const std::string& text) { warnings_.push_back(text); }};
  }

  static std::string OutputsOf(std::shared_ptr<const LoadedModel> model) {
    tests::Tensors inputs;
    inputs.emplace("x", Tensor::Of<float>({2, 2}, Wave(4, 0.3F)));
    inputs.emplace("state", Tensor::Of<float>({2, 3}, Wave(6, 0.7F)));
    std::string bytes;
    for (const auto& [name, tensor] : tests::ModelRunner(std::move(model)).Run(inputs)) {
      const auto view = tensor.view().bytes();
      bytes.append(reinterpret_cast<const char*>(view.data()), view.size());
    }
    return bytes;
  }

  fs::path File() const {
    for (const auto& entry : fs::directory_iterator(cache_)) return entry.path();
    return {};
  }
  // As one who changes a file in place does.
  static void Overwrite(const fs::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }

  TempFolder folder_;
  fs::path xml_ = folder_ / "model.xml";
  fs::path cache_ = folder_ / "made/cache";
  int packed_ = 0;
  std::vector<std::string> warnings_;
};

TEST_F(WeightStoreTest, KeepsWeightsFromOneStartToTheNext) {
  const std::string expected = StartWithout();
  EXPECT_EQ(Start(), expected);
  EXPECT_EQ(packed_, 1);
  EXPECT_EQ(Start(), expected);
  EXPECT_EQ(Start(), expected);
  EXPECT_EQ(packed_, 1) << "a later start packed weights again";
  EXPECT_TRUE(warnings_.empty()) << warnings_[0];
}

TEST_F(WeightStoreTest, ReadsWeightsFromTheFileThatItHasJustWritten) {
  const auto model = LoadedModel::Load(xml_, Options());
  const std::string expected = OutputsOf(model);
  std::string bytes = ReadWhole(File());
  // Beyond header and directory lie the blocks. Other weights in place, seen through the pages that are shared:
  std::fstream file(File(), std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(2 * 4096);
  file << std::string(bytes.size() - 2 * 4096, '\0');
  file.close();
  EXPECT_NE(OutputsOf(model), expected);
}

TEST_F(WeightStoreTest, PacksAnewWhereWeightsDifferThoughSizesAndTimesDoNot) {
  Start();
  const auto time = fs::last_write_time(folder_ / "model.bin");
  ir::WriteIr(Model(0.6F), xml_);
  fs::last_write_time(folder_ / "model.bin", time);
  EXPECT_EQ(Start(), StartWithout());
  EXPECT_EQ(packed_, 2);
  EXPECT_EQ(std::distance(fs::directory_iterator(cache_), {}), 1) << "the old file is still there";
}

TEST_F(WeightStoreTest, PacksAnewWhereTheBinIsChangedInPlace) {
  Start();
  std::string bin = ReadWhole(folder_ / "model.bin");
  bin[bin.size() / 2] = static_cast<char>(bin[bin.size() / 2] ^ 1);
  const auto time = fs::last_write_time(folder_ / "model.bin");
  Overwrite(folder_ / "model.bin", bin);
  fs::last_write_time(folder_ / "model.bin", time);
  EXPECT_EQ(Start(), StartWithout());
  EXPECT_EQ(packed_, 2);
}

TEST_F(WeightStoreTest, KnowsTheSameWeightsInANewFile) {
  const std::string expected = Start();
  const auto before = PackedFile::ReadHeader(File());
  fs::copy_file(folder_ / "model.bin", folder_ / "copy");
  fs::rename(folder_ / "copy", folder_ / "model.bin");
  EXPECT_EQ(Start(), expected);
  EXPECT_EQ(packed_, 1);
  const auto after = PackedFile::ReadHeader(File());
  ASSERT_TRUE(before && after);
  EXPECT_EQ(after->bin_mark, MarkOf(folder_ / "model.bin")) << "the next start reads all weights again";
  EXPECT_NE(after->bin_mark, before->bin_mark);
}

TEST_F(WeightStoreTest, PacksAnewWhatAnotherBuildWroteOrForAnotherCpu) {
  const std::string expected = Start();
  const auto header = PackedFile::ReadHeader(File());
  ASSERT_TRUE(header);
  for (const auto change :
       {+[](PackedOrigin& origin) { origin.program += "x"; }, +[](PackedOrigin& origin) { origin.cpu = "scalar"; },
        +[](PackedOrigin& origin) { origin.xml[1] ^= 1; }, +[](PackedOrigin& origin) { origin.bin[0] ^= 1; }}) {
    PackedFile::Header other = *header;
    other.bin_mark.reset();
    change(other.origin);
    PackedFile::WriteHeader(File(), other);
    const int before = packed_;
    EXPECT_EQ(Start(), expected);
    EXPECT_EQ(packed_, before + 1);
  }
}

// Every byte of header and directory, and bytes of all blocks.
TEST_F(WeightStoreTest, GivesTheSameBitsWhateverByteIsDamaged) {
  const std::string expected = Start();
  const std::string sound = ReadWhole(File());
  const std::size_t end = 4096 + PackedFile::ReadHeader(File()).value().directory_bytes;
  for (std::size_t at = 0; at < sound.size(); at += at < 400 || (at >= 4096 && at < end) ? 1 : 97) {
    std::string damaged = sound;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
    Overwrite(File(), damaged);
    ASSERT_EQ(Start(), expected) << "byte " << at;
    if (at % 16 != 0) continue;
    const int before = packed_;
    ASSERT_EQ(Start(), expected) << "byte " << at;
    ASSERT_EQ(packed_, before) << "byte " << at << " was not mended";
  }
  EXPECT_TRUE(warnings_.empty()) << warnings_[0];
}

TEST_F(WeightStoreTest, GivesTheSameBitsWhereverTheFileIsCut) {
  const std::string expected = Start();
  const std::string sound = ReadWhole(File());
  for (std::size_t size = 0; size < sound.size(); size += size < 5000 ? 41 : 397) {
    Overwrite(File(), sound.substr(0, size));
    ASSERT_EQ(Start(), expected) << "cut at byte " << size;
  }
}

// The directory of a file with other content of the right checksums: sizes, places and numbers that do not fit.
TEST_F(WeightStoreTest, SurvivesADirectoryThatLies) {
  const std::string expected = Start();
  const std::string sound = ReadWhole(File());
  const PackedFile::Header header = PackedFile::ReadHeader(File()).value();
  const std::size_t end = 4096 + header.directory_bytes;
  for (std::size_t at = 4096; at < end; ++at) {
    for (const int value : {0x00, 0xFF}) {
      std::string lying = sound;
      lying[at] = static_cast<char>(value);
      Overwrite(File(), lying);
      PackedFile::Header sealed = header;
      sealed.directory_crc = Crc32c(std::as_bytes(std::span(lying).subspan(4096, header.directory_bytes)));
      PackedFile::WriteHeader(File(), sealed);
      ASSERT_EQ(Start(), expected) << "byte " << at << " is " << value;
    }
  }
}

TEST_F(WeightStoreTest, RunsWithAWarningWhereNothingCanBeWritten) {
  folder_.Write("file", "");
  cache_ = folder_ / "file/cache";
  EXPECT_EQ(Start(), StartWithout());
  ASSERT_EQ(warnings_.size(), 1U);
  EXPECT_NE(warnings_[0].find(cache_.string()), std::string::npos) << warnings_[0];
}

TEST_F(WeightStoreTest, AddsWhatALaterPlanNeeds) {
  {
    const auto model = LoadedModel::Load(xml_, Options());
    PlanRequest request = model->DefaultRequest();
    request.options.fusion = Fusion::kOff;
    model->PlanFor(request);
  }
  const int first = packed_;
  const std::string expected = StartWithout();
  EXPECT_EQ(Start(), expected);
  const int second = packed_;
  EXPECT_EQ(Start(), expected);
  const auto model = LoadedModel::Load(xml_, Options());
  PlanRequest request = model->DefaultRequest();
  request.options.fusion = Fusion::kOff;
  model->PlanFor(request);
  EXPECT_EQ(first, 1);
  EXPECT_EQ(packed_, second) << "what one plan needs took the place of what another does";
}

}  // namespace
}  // namespace stepwell::runtime
