#include <fcntl.h>
#include <unistd.h>

#include <span>
#include <string>

#include "fuzz/support/fuzz_target.h"
#include "fuzz/support/scratch_folder.h"
#include "stepwell/apps/deepspeech/audio_source.h"
#include "stepwell/base/error.h"

// A recording: the first byte says whether it is a file, which libsndfile reads, or comes as a stream, whose WAV header
// we read ourselves.

namespace stepwell::fuzz {
namespace {

class Descriptor {
 public:
  explicit Descriptor(const std::filesystem::path& path) : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { ::close(number_); }
  int number() const { return number_; }

 private:
  int number_;
};

void ReadAll(apps::AudioSource source) {
  // Some forms say in a few bytes that minutes of silence follow.
  constexpr std::size_t kMostSamples = 1 << 20;
  std::size_t samples = 0;
  while (samples < kMostSamples) {
    const std::size_t piece = source.Read().size();
    if (piece == 0) return;
    samples += piece;
  }
}

}  // namespace

void FuzzOne(Bytes input) {
  Require(!input.empty(), ErrorKind::kInvalidModel, "nothing");
  const auto path = ScratchFolder::OfProcess().Write("sound", input.subspan(1));
  if ((input[0] & std::byte{1}) == std::byte{0}) return ReadAll(apps::AudioSource::Open(path.string(), {}));
  const Descriptor descriptor(path);
  ReadAll(apps::AudioSource::FromDescriptor(descriptor.number(), "a stream", {}));
}

}  // namespace stepwell::fuzz
