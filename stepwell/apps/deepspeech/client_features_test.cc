#include "stepwell/apps/deepspeech/client_features.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <string>

#include "stepwell/base/error.h"
#include "stepwell/base/npy.h"

namespace stepwell::apps {
namespace {

std::filesystem::path Recorded() { return STEPWELL_SOURCE_DIR "/models/deepspeech/recorded"; }

std::vector<std::int16_t> ReadPcm(const std::string& name, std::size_t most) {
  const Tensor pcm = ReadNpy(Recorded() / name);
  const std::span<const std::int16_t> samples = pcm.as<std::int16_t>();
  return {samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(std::min(most, samples.size()))};
}

// All frames one after the other, from pieces of `piece` samples.
std::vector<float> FeaturesOf(ClientFeatures& features, std::span<const std::int16_t> samples, std::size_t piece) {
  std::vector<float> frames;
  const auto append = [&](std::span<const float> frame) { frames.insert(frames.end(), frame.begin(), frame.end()); };
  for (std::size_t begin = 0; begin < samples.size(); begin += piece) {
    features.Push(samples.subspan(begin, std::min(piece, samples.size() - begin)), append);
  }
  features.Flush(append);
  return frames;
}

void ExpectFeatures(const std::string& name, std::span<const std::int16_t> samples) {
  const Tensor tensor = ReadNpy(Recorded() / "features-0.3.0" / (name + ".npy"));
  const std::span<const float> expected = tensor.as<float>();
  float largest = 0;
  for (const float value : expected) largest = std::max(largest, std::abs(value));
  for (const std::size_t piece : {std::size_t{1}, std::size_t{777}, samples.size()}) {
    ClientFeatures features;
    const std::vector<float> frames = FeaturesOf(features, samples, piece);
    ASSERT_EQ(frames.size(), expected.size());
    for (std::size_t i = 0; i < frames.size(); ++i) ASSERT_NEAR(frames[i], expected[i], 1e-4 * largest) << name << i;
  }
}

TEST(ClientFeatures, AreThoseOfPythonSpeechFeatures) {
  const std::string arctic = "stream-0.9.3-64-arctic/pcm_int16.npy";
  ExpectFeatures("synthetic", ReadPcm("features-0.8.2/pcm_int16.npy", std::numeric_limits<std::size_t>::max()));
  ExpectFeatures("arctic", ReadPcm(arctic, 31600));
  ExpectFeatures("even", ReadPcm(arctic, 31760));
  ExpectFeatures("short", ReadPcm(arctic, 100));
}

TEST(ClientFeatures, GoOnFromASavedStateBitForBit) {
  const std::vector<std::int16_t> samples = ReadPcm("stream-0.9.3-64-arctic/pcm_int16.npy", 2000);
  ClientFeatures whole;
  const std::vector<float> expected = FeaturesOf(whole, samples, samples.size());
  for (std::size_t split = 0; split <= samples.size(); split += 79) {
    std::vector<float> frames;
    ClientFeatures first;
    first.Push(std::span(samples).first(split),
               [&](std::span<const float> frame) { frames.insert(frames.end(), frame.begin(), frame.end()); });
    ByteWriter writer;
    first.Save(writer);
    ClientFeatures second;
    ByteReader reader(writer.bytes(), "features");
    second.Restore(reader);
    reader.ExpectEnd();
    const std::vector<float> rest = FeaturesOf(second, std::span(samples).subspan(split), 500);
    frames.insert(frames.end(), rest.begin(), rest.end());
    EXPECT_EQ(frames, expected) << split;
  }
}

TEST(ClientFeatures, AreAsNewAfterReset) {
  const std::vector<std::int16_t> samples = ReadPcm("stream-0.9.3-64-arctic/pcm_int16.npy", 1000);
  ClientFeatures features;
  const std::vector<float> first = FeaturesOf(features, samples, 100);
  features.Reset();
  EXPECT_EQ(FeaturesOf(features, samples, 100), first);
}

TEST(ClientFeatures, OfSilenceAreFinite) {
  ClientFeatures features;
  const std::vector<float> frames = FeaturesOf(features, std::vector<std::int16_t>(800), 800);
  ASSERT_EQ(frames.size(), 2 * 26u);
  EXPECT_FLOAT_EQ(frames[0], std::log(std::numeric_limits<float>::min()));
  for (std::size_t j = 1; j < 26; ++j) EXPECT_NEAR(frames[j], 0, 1e-9);
}

TEST(AudioWindow, CutsOverlappingWindowsAndPadsTheLast) {
  AudioWindow window({.size = 4, .step = 3});
  std::vector<std::vector<float>> windows;
  const auto keep = [&](std::span<const float> samples) { windows.emplace_back(samples.begin(), samples.end()); };
  window.Push(std::vector<float>{1, 2, 3}, keep);
  window.Push(std::vector<float>{4, 5, 6, 7, 8}, keep);
  window.Flush(keep);
  EXPECT_EQ(windows, (std::vector<std::vector<float>>{{1, 2, 3, 4}, {4, 5, 6, 7}, {7, 8, 0, 0}}));
}

TEST(AudioWindow, RefusesImpossibleShapesAndStates) {
  EXPECT_THROW(AudioWindow({.size = 4, .step = 5}), Error);
  EXPECT_THROW(AudioWindow({.size = 4, .step = 0}), Error);
  ByteWriter writer;
  AudioWindow({.size = 4, .step = 3}).Save(writer);
  AudioWindow other({.size = 5, .step = 3});
  ByteReader reader(writer.bytes(), "window");
  EXPECT_THROW(other.Restore(reader), Error);
}

}  // namespace
}  // namespace stepwell::apps
