#pragma once

#include <filesystem>
#include <string_view>

#include "stepwell/apps/deepspeech/ngram_model.h"

namespace stepwell::apps {

// Reads a back-off n-gram model in ARPA form: the counts after \data\, a section \k-grams: per order with lines of
// "log10 probability, k words, log10 back-off weight or nothing", \end\. White space parts the fields.
// Throws Error naming file and line: kInvalidModel for a file that contradicts itself, kUnsupported, with advice, for
// KenLM's binary form, DeepSpeech's .scorer, a compressed file or an order over 10.
NgramModel ReadArpa(const std::filesystem::path& path);
NgramModel ParseArpa(std::string_view text, const std::filesystem::path& file_name);

}  // namespace stepwell::apps
