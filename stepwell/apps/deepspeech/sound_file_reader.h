#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "stepwell/apps/deepspeech/sample_reader.h"

namespace stepwell::apps {

// A recording in any form that libsndfile reads: WAV, FLAC, Ogg, AIFF and more. Throws Error naming the file: kIo if it
// cannot be opened, kInvalidModel if it is none of these.
std::unique_ptr<SampleReader> OpenSoundFile(const std::filesystem::path& path);

// The same of a file that lies in memory.
std::unique_ptr<SampleReader> OpenSoundBytes(std::span<const std::byte> bytes, std::string name);

}  // namespace stepwell::apps
