#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "stepwell/apps/cli/command.h"
#include "stepwell/apps/cli/model_flags.h"
#include "stepwell/apps/cli/progress_bar.h"
#include "stepwell/apps/lm1b/text_scorer.h"
#include "stepwell/base/file.h"
#include "stepwell/base/text.h"

namespace stepwell::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostTextBytes = std::size_t{1} << 32;

struct ScoreFlags {
  explicit ScoreFlags(CLI::App& command) : model(command) {}

  ModelFlags model;
  std::string text;
  std::string vocabulary;
  bool json = false;
};

// Not on a terminal that the words are printed on.
class ScoreProgress {
 public:
  void Show(double part) {
    if (prints_elsewhere_) bar_.Show(part);
  }

 private:
  ProgressBar bar_{"scoring"};
  bool prints_elsewhere_ = isatty(STDOUT_FILENO) == 0;
};

// Scores every line of the text; `sentence_done` follows the scores of each line.
void ScoreText(apps::TextScorer& scorer, std::string_view text, apps::TextScorer::Visit visit,
               FunctionRef<void()> sentence_done) {
  ScoreProgress progress;
  if (text.ends_with('\n')) text.remove_suffix(1);
  std::size_t done = 0;
  for (const std::string_view line : Split(text, '\n')) {
    scorer.Add(line, visit);
    sentence_done();
    done += line.size() + 1;
    progress.Show(static_cast<double>(done) / static_cast<double>(text.size() + 1));
  }
}

void ScoreAsJson(apps::TextScorer& scorer, std::string_view text) {
  Json sentences = Json::array();
  Json words = Json::array();
  ScoreText(
      scorer, text,
      [&](const apps::WordScore& score) {
        words.push_back({{"word", score.word}, {"log_probability", score.ln_probability}, {"known", score.is_known}});
      },
      [&] { sentences.push_back(std::exchange(words, Json::array())); });
  const Json report = {{"perplexity", scorer.perplexity()},
                       {"mean_log_probability", scorer.mean_ln_probability()},
                       {"words", scorer.words()},
                       {"unknown_words", scorer.unknown_words()},
                       {"sentences", sentences}};
  fmt::print("{}\n", report.dump(2, ' ', false, Json::error_handler_t::replace));
}

void ScoreAsText(apps::TextScorer& scorer, std::string_view text) {
  ScoreText(
      scorer, text,
      [](const apps::WordScore& score) {
        fmt::print("{:10.4f}  {}{}\n", score.ln_probability, score.word, score.is_known ? "" : "  <UNK>");
      },
      [] {});
  fmt::print("perplexity {:.4f} over {} words, {} of them unknown\n", scorer.perplexity(), scorer.words(),
             scorer.unknown_words());
}

void Score(const ScoreFlags& flags) {
  const std::string text = ReadTextFile(flags.text, kMostTextBytes);
  if (Trim(text).empty()) {
    throw Error(ErrorKind::kInvalidArgument, fmt::format("'{}' holds no words to score", flags.text));
  }
  const auto vocabulary = std::make_shared<const apps::Vocabulary>(apps::Vocabulary::Load(flags.vocabulary));
  const apps::WordModel model(flags.model.Load(), vocabulary);
  apps::TextScorer scorer(model);
  flags.json ? ScoreAsJson(scorer, text) : ScoreAsText(scorer, text);
}

}  // namespace

void AddScoreCommand(CLI::App& program) {
  CLI::App* command = program.add_subcommand("score", "Print how well a language model foresees a text, word by word");
  const auto flags = std::make_shared<ScoreFlags>(*command);
  flags->model.AddCacheFlag(*command);
  command->add_option("FILE,--text", flags->text, "The text: one sentence a line, words parted by blanks")->required();
  command->add_option("--vocab", flags->vocabulary, "The model's vocabulary, one word a line")->required();
  command->add_flag("--json", flags->json, "Print JSON");
  command->callback([flags] { Score(*flags); });
}

}  // namespace stepwell::cli
