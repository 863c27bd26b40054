#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>

#include "stepwell/apps/cli/command.h"
#include "stepwell/apps/cli/model_flags.h"
#include "stepwell/apps/deepspeech/audio_source.h"
#include "stepwell/apps/deepspeech/ctc_beam_search.h"
#include "stepwell/apps/deepspeech/ctc_greedy.h"
#include "stepwell/apps/deepspeech/transcriber.h"
#include "stepwell/apps/deepspeech/transcript.h"
#include "stepwell/apps/deepspeech/transcript_json.h"

namespace stepwell::cli {
namespace {

struct TranscribeFlags {
  explicit TranscribeFlags(CLI::App& command) : model(command) {}

  ModelFlags model;
  std::string audio;
  std::string alphabet;
  std::string language_model;
  std::optional<double> alpha;
  std::optional<double> beta;
  std::optional<std::int32_t> beam_width;
  std::int64_t raw_rate_hz = 0;
  std::int64_t raw_channels = 1;
  std::size_t alternatives = 1;
  bool json = false;
};

std::size_t ColumnsOfTerminal() {
  winsize size{};
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  return known ? size.ws_col : 80;
}

// At most the last `most` bytes, from the start of a character in UTF-8 on.
std::string_view LastOf(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  text.remove_prefix(text.size() - most);
  while (!text.empty() && (static_cast<unsigned char>(text.front()) & 0xC0U) == 0x80U) text.remove_prefix(1);
  return text;
}

// Shows the text so far on standard error as it changes: one line written over and over on a terminal, else a line
// each.
class PartialText {
 public:
  PartialText() : on_terminal_(isatty(STDERR_FILENO) != 0) {}
  PartialText(const PartialText&) = delete;
  PartialText& operator=(const PartialText&) = delete;
  ~PartialText() {
    if (on_terminal_) fmt::print(stderr, "\r\033[K");
  }

  void Show(const std::string& text) {
    if (text == shown_) return;
    shown_ = text;
    if (on_terminal_) {
      fmt::print(stderr, "\r\033[K{}", LastOf(text, ColumnsOfTerminal() - 1));
    } else {
      fmt::print(stderr, "{}\n", text);
    }
    std::fflush(stderr);
  }

 private:
  bool on_terminal_;
  std::string shown_;
};

void CheckTogether(const TranscribeFlags& flags) {
  const bool weighs = flags.alpha || flags.beta;
  if (weighs && flags.language_model.empty()) throw CLI::RequiresError("--alpha and --beta", "--lm");
  if (flags.alternatives > 1 && !flags.json) throw CLI::RequiresError("--alternatives", "--json");
  if (flags.raw_channels != 1 && flags.raw_rate_hz == 0) throw CLI::RequiresError("--raw-channels", "--raw-rate");
}

std::shared_ptr<const apps::CtcDecoder> MakeDecoder(const TranscribeFlags& flags, const apps::Alphabet& alphabet) {
  if (flags.language_model.empty() && !flags.beam_width) return std::make_shared<apps::CtcGreedy>(alphabet.blank());
  apps::BeamSearchOptions options;
  options.width = flags.beam_width.value_or(options.width);
  options.alpha = flags.alpha.value_or(options.alpha);
  options.beta = flags.beta.value_or(options.beta);
  if (!flags.language_model.empty()) {
    options.language_model = apps::WordLanguageModel::Load(flags.language_model, alphabet);
  }
  return std::make_shared<apps::CtcBeamSearch>(alphabet.blank(), std::move(options));
}

apps::Transcriber MakeTranscriber(const TranscribeFlags& flags) {
  auto model = flags.model.Load();
  apps::TranscriberOptions options;
  options.alphabet =
      flags.alphabet.empty() ? apps::SpeechModel(model).alphabet() : apps::Alphabet::Load(flags.alphabet);
  options.decoder = MakeDecoder(flags, *options.alphabet);
  return apps::Transcriber(std::move(model), std::move(options));
}

apps::AudioSource OpenAudio(const TranscribeFlags& flags, std::int64_t rate_hz) {
  apps::AudioOptions options;
  options.rate_hz = rate_hz;
  if (flags.raw_rate_hz != 0) {
    options.raw = apps::PcmFormat{};
    options.raw->sound = {.rate_hz = flags.raw_rate_hz, .channels = flags.raw_channels};
  }
  return apps::AudioSource::Open(flags.audio, options);
}

void Hear(apps::AudioSource& audio, apps::TranscriptionStream& stream) {
  PartialText partial;
  for (auto samples = audio.Read(); !samples.empty(); samples = audio.Read()) {
    stream.Push(samples);
    partial.Show(stream.Text());
  }
  stream.Finish();
}

void Transcribe(const TranscribeFlags& flags) {
  CheckTogether(flags);
  const apps::Transcriber transcriber = MakeTranscriber(flags);
  apps::AudioSource audio = OpenAudio(flags, transcriber.sample_rate_hz());
  apps::TranscriptionStream stream = transcriber.Open();
  Hear(audio, stream);
  if (!flags.json) {
    fmt::print("{}\n", stream.Text());
    return;
  }
  const auto transcripts = stream.Transcripts(flags.alternatives);
  fmt::print("{}\n", apps::TranscriptJson(transcripts, transcriber.alphabet(), transcriber.seconds_per_frame()));
}

}  // namespace

void AddTranscribeCommand(CLI::App& program) {
  CLI::App* command = program.add_subcommand("transcribe", "Turn sound into text, as a stream");
  const auto flags = std::make_shared<TranscribeFlags>(*command);
  flags->model.AddCacheFlag(*command);
  command->add_option("AUDIO,--audio", flags->audio, "WAV, FLAC or raw PCM; '-' is standard input, read as it comes")
      ->required();
  command->add_option("--alphabet", flags->alphabet, "Labels of the classes, one a line (default: the model's own)");
  command->add_option("--lm", flags->language_model, "Word n-gram model in ARPA form; its words are written");
  command->add_option("--alpha", flags->alpha, "Weight of the language model (0.75)");
  command->add_option("--beta", flags->beta, "Added for each word, with a language model (1.0)");
  command->add_option("--beam-width", flags->beam_width, "Beam search with so many texts (500 with --lm; else greedy)")
      ->check(CLI::Range(1, 1 << 16));
  command->add_option("--raw-rate", flags->raw_rate_hz, "AUDIO is raw 16-bit PCM, little-endian, at this rate in Hz")
      ->check(CLI::Range(1, 1 << 20));
  command->add_option("--raw-channels", flags->raw_channels, "Channels of raw PCM (1)")->check(CLI::Range(1, 256));
  command->add_flag("--json", flags->json, "Print words, times and confidence as DeepSpeech's client does");
  command->add_option("--alternatives", flags->alternatives, "With --json: how many texts, the likeliest first (1)")
      ->check(CLI::Range(1, 1 << 16));
  command->callback([flags] { Transcribe(*flags); });
}

}  // namespace stepwell::cli
