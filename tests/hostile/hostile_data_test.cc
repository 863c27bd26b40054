// Recordings, language models, alphabets, arrays and checkpoints that claim what they do not hold, given to the program
// under a cap on memory.
#include "tests/hostile/hostile_file.h"

namespace stepwell::tests {
namespace {

std::string Number(std::uint32_t value, std::size_t bytes) { return {reinterpret_cast<const char*>(&value), bytes}; }

struct WavHeader {
  std::uint32_t channels = 1;
  std::uint32_t rate_hz = 16000;
  std::uint32_t data_bytes = 8;
  std::string samples = std::string(8, '\1');
};

std::string Wav(const WavHeader& header) {
  const std::uint32_t frame = 2 * header.channels;
  return "RIFF" + Number(36 + header.data_bytes, 4) + "WAVEfmt " + Number(16, 4) + Number(1, 2) +
         Number(header.channels, 2) + Number(header.rate_hz, 4) + Number(header.rate_hz * frame, 4) + Number(frame, 2) +
         Number(16, 2) + "data" + Number(header.data_bytes, 4) + header.samples;
}

class HostileSound : public HostileFile {
 protected:
  std::vector<std::string> Transcribe(const std::string& wav, const std::vector<std::string>& more = {}) {
    std::vector<std::string> command = {"transcribe", Model("deepspeech/trained/output_graph.pb"),
                                        folder_.Write("hostile.wav", wav).string()};
    command.insert(command.end(), more.begin(), more.end());
    return command;
  }
  void ExpectWavRefused(const WavHeader& header, const std::vector<std::string>& says) {
    ExpectRefused(Transcribe(Wav(header)), says);
  }
};

TEST_F(HostileSound, ReadsWhatIsThereOfSoundThatClaimsMore) {
  ExpectDone(Transcribe(Wav({})));
  ExpectDone(Transcribe(Wav({.data_bytes = 0xfffffff0})));
  ExpectDone(Transcribe(Wav({.data_bytes = 0x7ffffff0})));
}

TEST_F(HostileSound, RefusesSoundWithoutASample) {
  ExpectWavRefused({.data_bytes = 0, .samples = ""}, {"hostile.wav", "no sound"});
}

TEST_F(HostileSound, RefusesChannelsAndRatesThatNobodyRecords) {
  ExpectWavRefused({.channels = 0}, {"hostile.wav"});
  ExpectWavRefused({.channels = 65535}, {"hostile.wav"});
  ExpectWavRefused({.rate_hz = 0}, {"hostile.wav"});
  ExpectWavRefused({.rate_hz = 4'000'000'000}, {"hostile.wav"});
}

TEST_F(HostileSound, RefusesALanguageModelThatOnlyClaimsItsWords) {
  folder_.Write("lm.arpa",
                "\\data\\\nngram 1=4294967295\nngram 2=4294967295\n\n\\1-grams:\n-1 a\n\\2-grams:\n\\end\\\n");
  ExpectRefused(Transcribe(Wav({}), {"--lm", "lm.arpa"}), {"lm.arpa", "4294967295"});
  folder_.Write("lm.arpa", "\\data\\\nngram 1=-1\n");
  ExpectRefused(Transcribe(Wav({}), {"--lm", "lm.arpa"}), {"lm.arpa", "-1"});
}

TEST_F(HostileFile, RefusesAnArrayThatIsOnlyClaimed) {
  const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776, 2), }";
  folder_.Write("x.npy", std::string("\x93NUMPY\x01\x00", 8) + Number(static_cast<std::uint32_t>(header.size()), 2) +
                             header + "1234");
  ExpectRefused({"run", Speech("0.3.0-64"), "--input", "input_node=x.npy", "--output-dir", "out"},
                {"x.npy", "8796093022208 bytes", "4 follow"});
}

// A checkpoint with one bit flipped, with and without a look at its checksums.
TEST_F(HostileFile, ComparesChecksumsUnlessToldNotTo) {
  const std::string prefix = Model("deepspeech/0.8.2-64/checkpoint_cpu/best_dev-1");
  folder_.Copy(prefix + ".index");
  std::string data = testing::ReadWhole(prefix + ".data-00000-of-00001");
  data[data.size() / 2] ^= 1;
  folder_.Write("best_dev-1.data-00000-of-00001", data);
  ExpectRefused({"convert", "best_dev-1", "-o", "out"}, {"best_dev-1", "checksum"});
  ExpectDone({"convert", "best_dev-1", "-o", "out", "--no-checksums"});
}

TEST_F(HostileFile, RefusesACheckpointThatItsStateFilePlacesElsewhere) {
  folder_.Write("checkpoint", "model_checkpoint_path: '../../etc/model'\n");
  ExpectRefused({"convert", folder_.path().string(), "-o", "out"}, {"../../etc/model", "outside its folder"});
  folder_.Write("checkpoint", "model_checkpoint_path: '/etc/passwd'\n");
  ExpectRefused({"convert", folder_.path().string(), "-o", "out"},
                {"names the checkpoint", "passwd", "no file is there"});
}

}  // namespace
}  // namespace stepwell::tests
