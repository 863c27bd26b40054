#include "stepwell/apps/deepspeech/sound_file_reader.h"

#include <fmt/format.h>
#include <sndfile.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/base/memory.h"

namespace stepwell::apps {
namespace {

// A file in memory, as libsndfile's virtual files want it.
struct MemoryFile {
  SharedBytes bytes;
  sf_count_t position = 0;

  sf_count_t size() const { return static_cast<sf_count_t>(bytes.size()); }
};

sf_count_t SizeOf(void* file) { return static_cast<MemoryFile*>(file)->size(); }
sf_count_t Tell(void* file) { return static_cast<MemoryFile*>(file)->position; }

sf_count_t Seek(sf_count_t offset, int whence, void* user) {
  auto& file = *static_cast<MemoryFile*>(user);
  const sf_count_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? file.position : file.size();
  sf_count_t target = 0;
  if (__builtin_add_overflow(base, offset, &target) || target < 0 || target > file.size()) return -1;
  return file.position = target;
}

sf_count_t ReadBytes(void* out, sf_count_t count, void* user) {
  auto& file = *static_cast<MemoryFile*>(user);
  const sf_count_t taken = std::clamp<sf_count_t>(count, 0, file.size() - file.position);
  if (taken > 0) std::memcpy(out, file.bytes.data() + file.position, AsSize(taken));
  file.position += taken;
  return taken;
}

sf_count_t WriteNothing(const void*, sf_count_t, void*) { return 0; }

class SoundFileReader final : public SampleReader {
 public:
  SoundFileReader(SharedBytes bytes, std::string name) : name_(std::move(name)), file_{std::move(bytes), 0} {
    SF_VIRTUAL_IO io{SizeOf, Seek, ReadBytes, WriteNothing, Tell};
    sound_.reset(::sf_open_virtual(&io, SFM_READ, &info_, &file_));
    if (!sound_) {
      throw Error(ErrorKind::kInvalidModel,
                  fmt::format("{} is not a recording that can be read ({}): WAV, FLAC, Ogg or AIFF expected; raw PCM "
                              "must be said to be raw, or be called .raw or .pcm",
                              name_, ::sf_strerror(nullptr)));
    }
  }

  SoundFormat format() const override { return {info_.samplerate, info_.channels}; }

  std::size_t Read(std::span<float> samples) override {
    const auto room = static_cast<sf_count_t>(samples.size()) / info_.channels;
    const sf_count_t frames = ::sf_readf_float(sound_.get(), samples.data(), room);
    if (frames <= 0 && ::sf_error(sound_.get()) != SF_ERR_NO_ERROR) {
      throw Error(ErrorKind::kInvalidModel, fmt::format("{} is damaged: {}", name_, ::sf_strerror(sound_.get())));
    }
    return AsSize(std::max<sf_count_t>(frames, 0));
  }

 private:
  struct Close {
    void operator()(SNDFILE* sound) const { ::sf_close(sound); }
  };

  std::string name_;
  MemoryFile file_;
  SF_INFO info_{};
  std::unique_ptr<SNDFILE, Close> sound_;
};

}  // namespace

std::unique_ptr<SampleReader> OpenSoundFile(const std::filesystem::path& path) {
  return std::make_unique<SoundFileReader>(MapFile(path), fmt::format("'{}'", path.string()));
}

std::unique_ptr<SampleReader> OpenSoundBytes(std::span<const std::byte> bytes, std::string name) {
  return std::make_unique<SoundFileReader>(SharedBytes::CopyOf(bytes), std::move(name));
}

}  // namespace stepwell::apps
