#include "stepwell/apps/deepspeech/audio_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sndfile.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <random>
#include <thread>

#include "stepwell/base/error.h"
#include "stepwell/base/file.h"
#include "tests/support/message_of.h"

namespace stepwell::apps {
namespace {

using testing::HasSubstr;
using Samples = std::vector<std::int16_t>;

Samples ReadToTheEnd(AudioSource source) {
  Samples samples;
  for (auto piece = source.Read(); !piece.empty(); piece = source.Read()) {
    samples.insert(samples.end(), piece.begin(), piece.end());
  }
  EXPECT_TRUE(source.Read().empty());
  return samples;
}

Samples ReadFile(const std::string& path, const AudioOptions& options = {}) {
  return ReadToTheEnd(AudioSource::Open(path, options));
}

// Through a pipe, in pieces of odd sizes.
Samples ReadPiped(const std::string& bytes, const AudioOptions& options = {}) {
  ::signal(SIGPIPE, SIG_IGN);  // a source that refuses its input leaves the writer without a reader
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  std::thread writer([&] {
    for (std::size_t at = 0; at < bytes.size();) {
      const ssize_t count = ::write(ends[1], bytes.data() + at, std::min<std::size_t>(bytes.size() - at, 1 + at % 977));
      if (count < 0) break;
      at += static_cast<std::size_t>(count);
    }
    ::close(ends[1]);
  });
  struct Join {
    std::thread& writer;
    int descriptor;
    ~Join() {
      ::close(descriptor);
      writer.join();
    }
  } join{writer, ends[0]};
  return ReadToTheEnd(AudioSource::FromDescriptor(ends[0], "standard input", options));
}

Samples Noise(std::size_t count) {
  std::mt19937 random(5);
  Samples samples(count);
  for (std::int16_t& sample : samples) sample = static_cast<std::int16_t>(random() & 0xFFFF);
  samples.front() = -32768;
  samples.back() = 32767;
  return samples;
}

std::string TempPath(const std::string& name) { return (std::filesystem::path(testing::TempDir()) / name).string(); }

std::string BytesOf(const std::string& path) { return ReadTextFile(path, std::size_t{1} << 24); }

std::string BytesOf(const Samples& samples) {
  return {reinterpret_cast<const char*>(samples.data()), samples.size() * sizeof(std::int16_t)};
}

// Written by libsndfile. All channels hold `samples`.
std::string WriteSound(const std::string& name, const Samples& samples, int format, int rate_hz = 16000,
                       int channels = 1) {
  const std::string path = TempPath(name);
  SF_INFO info{};
  info.samplerate = rate_hz;
  info.channels = channels;
  info.format = format;
  SNDFILE* file = ::sf_open(path.c_str(), SFM_WRITE, &info);
  EXPECT_NE(file, nullptr) << ::sf_strerror(nullptr);
  ::sf_command(file, SFC_SET_SCALE_INT_FLOAT_WRITE, nullptr, SF_TRUE);  // floats of full scale 1
  Samples interleaved;
  for (const std::int16_t sample : samples)
    interleaved.insert(interleaved.end(), static_cast<std::size_t>(channels), sample);
  ::sf_writef_short(file, interleaved.data(), static_cast<sf_count_t>(samples.size()));
  ::sf_close(file);
  return path;
}

struct Form {
  const char* name;
  int format;
  int channels;
};
const Form kForms[] = {
    {"s16.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1},   {"s24.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 1},
    {"s32.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_32, 2},   {"f32.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 1},
    {"f64.wav", SF_FORMAT_WAV | SF_FORMAT_DOUBLE, 2},   {"ex.wav", SF_FORMAT_WAVEX | SF_FORMAT_PCM_16, 2},
    {"s16.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 1}, {"s24.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 2},
    {"three.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 3},
};

TEST(AudioSource, KeepsEverySampleOfEveryLosslessForm) {
  const Samples samples = Noise(5003);
  for (const Form& form : kForms) {
    const std::string path = WriteSound(form.name, samples, form.format, 16000, form.channels);
    EXPECT_EQ(ReadFile(path), samples) << form.name;
    EXPECT_EQ(ReadPiped(BytesOf(path)), samples) << "piped " << form.name;
  }
}

TEST(AudioSource, KeepsTheRecordingsOfTheTrainedModel) {
  const std::string path = STEPWELL_SOURCE_DIR "/models/deepspeech/trained/wavs/public_01.wav";
  const std::string bytes = BytesOf(path);
  constexpr std::size_t kHeader = 44;
  Samples samples((bytes.size() - kHeader) / 2);
  std::memcpy(samples.data(), bytes.data() + kHeader, samples.size() * 2);
  EXPECT_EQ(ReadFile(path), samples);
  EXPECT_EQ(ReadPiped(bytes), samples);
}

TEST(AudioSource, ReadsEightBitWav) {
  const Samples samples = {-32768, 0, 256, 32512};  // multiples of 256, so that eight bits hold them
  const std::string path = WriteSound("u8.wav", samples, SF_FORMAT_WAV | SF_FORMAT_PCM_U8);
  EXPECT_EQ(ReadFile(path), samples);
  EXPECT_EQ(ReadPiped(BytesOf(path)), samples);
}

TEST(AudioSource, MixesChannelsDownToTheirMean) {
  const Samples stereo = {100, 300, -32768, -32768, 32767, -32767, 5, 6, 6, 7};
  const Samples mono = {200, -32768, 0, 6, 6};  // halves go to the even neighbour
  PcmFormat format;
  format.sound.channels = 2;
  EXPECT_EQ(ReadPiped(BytesOf(stereo), {.rate_hz = 16000, .raw = format}), mono);
}

TEST(AudioSource, TakesBytesWithoutAHeaderAsRawPcm) {
  const Samples samples = Noise(4001);
  EXPECT_EQ(ReadPiped(BytesOf(samples)), samples);
  EXPECT_EQ(ReadPiped(BytesOf(samples) + "x"), samples) << "half a sample at the end";
  const std::string path = TempPath("noise.pcm");
  std::ofstream(path, std::ios::binary) << BytesOf(samples);
  EXPECT_EQ(ReadFile(path), samples);
  EXPECT_EQ(ReadFile(path, {.rate_hz = 16000, .raw = PcmFormat{}}), samples);
}

// A WAV stream whose length of sound is `size`, as recorders write one that do not know it.
std::string WavWithSize(const Samples& samples, std::uint32_t size) {
  std::string bytes = BytesOf(WriteSound("size.wav", samples, SF_FORMAT_WAV | SF_FORMAT_PCM_16));
  std::memcpy(bytes.data() + bytes.find("data") + 4, &size, sizeof(size));
  return bytes;
}

TEST(AudioSource, ReadsAWavStreamOfUnknownLengthToItsEnd) {
  const Samples samples = Noise(3000);
  for (const std::uint32_t size : {0u, 0x7FFFFFDBu, 0x7FFFFFFFu, 0x80000000u, 0xFFFFFFFFu, 100000u}) {
    EXPECT_EQ(ReadPiped(WavWithSize(samples, size)), samples) << size;
  }
}

TEST(AudioSource, LeavesOutWhatFollowsTheSoundOfAWavStream) {
  const Samples samples = Noise(3000);
  EXPECT_EQ(ReadPiped(WavWithSize(samples, 2000)), Samples(samples.begin(), samples.begin() + 1000));
}

TEST(AudioSource, ChangesTheRate) {
  constexpr double kHz = 440;
  for (const int rate : {8000, 11025, 22050, 44100, 48000}) {
    Samples samples(static_cast<std::size_t>(rate));
    for (std::size_t i = 0; i < samples.size(); ++i) {
      samples[i] = static_cast<std::int16_t>(
          std::lround(20000 * std::sin(2 * std::numbers::pi * kHz * static_cast<double>(i) / rate)));
    }
    const Samples changed = ReadFile(WriteSound("sine.wav", samples, SF_FORMAT_WAV | SF_FORMAT_PCM_16, rate));
    EXPECT_NEAR(static_cast<double>(changed.size()), 16000, 1) << rate;
    for (std::size_t i = 1000; i < 15000; ++i) {
      const double expected = 20000 * std::sin(2 * std::numbers::pi * kHz * static_cast<double>(i) / 16000);
      ASSERT_NEAR(changed[i], expected, 3) << rate << " Hz, sample " << i;
    }
  }
}

TEST(AudioSource, MeetsNoNumbersInFloatSoundWithSilence) {
  PcmFormat format;
  format.encoding = PcmEncoding::kF32;
  const float values[] = {0.5f, std::nanf(""), INFINITY, -2.0f, 2.0f};
  const std::string bytes(reinterpret_cast<const char*>(values), sizeof(values));
  EXPECT_EQ(ReadPiped(bytes, {.rate_hz = 16000, .raw = format}), (Samples{16384, 0, 0, -32768, 32767}));
}

TEST(AudioSource, RefusesEmptySound) {
  EXPECT_EQ(MessageOf([] { ReadPiped(""); }), "standard input holds no sound");
  const std::string path = WriteSound("empty.wav", {}, SF_FORMAT_WAV | SF_FORMAT_PCM_16);
  EXPECT_EQ(MessageOf([&] { ReadFile(path); }), "'" + path + "' holds no sound");
  EXPECT_EQ(MessageOf([&] { ReadPiped(BytesOf(path)); }), "standard input holds no sound");
}

TEST(AudioSource, RefusesFilesThatAreNotThereOrNoSound) {
  EXPECT_THAT(MessageOf([] { ReadFile("/no/such.wav"); }), HasSubstr("/no/such.wav"));
  EXPECT_THAT(MessageOf([] { ReadFile(testing::TempDir()); }), HasSubstr("not a regular file"));
  const std::string path = TempPath("text.wav");
  std::ofstream(path) << "this is no sound, whatever it is called";
  EXPECT_THAT(MessageOf([&] { ReadFile(path); }), HasSubstr("is not a recording that can be read"));
}

TEST(AudioSource, RefusesWavStreamsItCannotDecode) {
  const std::string law = BytesOf(WriteSound("law.wav", Noise(100), SF_FORMAT_WAV | SF_FORMAT_ULAW));
  EXPECT_THAT(MessageOf([&] { ReadPiped(law); }), HasSubstr("WAV of coding 7 with 8 bits a sample"));
  std::string wav = BytesOf(WriteSound("ok.wav", Noise(100), SF_FORMAT_WAV | SF_FORMAT_PCM_16));
  EXPECT_THAT(MessageOf([&] { ReadPiped(wav.substr(0, 30)); }), HasSubstr("standard input ends too early"));
  std::string no_channels = wav;
  no_channels[22] = 0;
  EXPECT_THAT(MessageOf([&] { ReadPiped(no_channels); }), HasSubstr("frames of 2 bytes announced"));
  std::string no_rate = wav;
  for (std::size_t at = 24; at < 28; ++at) no_rate[at] = 0;
  EXPECT_THAT(MessageOf([&] { ReadPiped(no_rate); }), HasSubstr("1 at 0 Hz found"));
  std::string no_sound = wav;
  no_sound.replace(no_sound.find("data"), 4, "LIST");
  EXPECT_THAT(MessageOf([&] { ReadPiped(no_sound); }), HasSubstr("standard input ends too early"));
}

// How many samples it gives, 0 if it throws an Error: nothing else may happen.
template <class Body>
std::size_t SamplesOrNone(const Body& body) {
  try {
    return body().size();
  } catch (const Error&) {
    return 0;
  }
}

TEST(AudioSource, SurvivesEveryDamagedHeaderByte) {
  for (const Form& form : {kForms[0], kForms[5], kForms[6]}) {
    const std::string whole = BytesOf(WriteSound(form.name, Noise(200), form.format, 16000, form.channels));
    for (std::size_t at = 0; at < std::min<std::size_t>(whole.size(), 120); ++at) {
      for (const char put : {'\x00', '\x7F', '\xFF'}) {
        std::string damaged = whole;
        damaged[at] = put;
        const std::string path = TempPath("damaged");
        std::ofstream(path, std::ios::binary) << damaged;
        EXPECT_LT(SamplesOrNone([&] { return ReadFile(path); }), 16000u);
        EXPECT_LT(SamplesOrNone([&] { return ReadPiped(damaged); }), 16000u);
      }
    }
  }
}

}  // namespace
}  // namespace stepwell::apps
