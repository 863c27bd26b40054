#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "stepwell/apps/cli/certificate_table.h"
#include "stepwell/apps/cli/command.h"
#include "stepwell/apps/cli/model_flags.h"
#include "stepwell/apps/lm1b/word_model.h"
#include "stepwell/base/parallel.h"
#include "stepwell/base/text.h"

namespace stepwell::cli {
namespace {

using Json = nlohmann::ordered_json;

struct SampleFlags {
  explicit SampleFlags(CLI::App& command) : model(command) {}

  ModelFlags model;
  std::string vocabulary;
  std::string prefix;
  std::int64_t count = 100;
  apps::SamplerOptions sampler;
  std::size_t shown = 10;
  std::string normaliser = "exact";
  bool with_unknown = false;
  bool interactive = false;
  bool certificate = false;
  bool json = false;

  // All probabilities are needed only where they are shown or any word may be drawn.
  apps::WordModelOptions ModelOptions() const {
    const bool draws_from_few = sampler.top_k.has_value() || sampler.temperature == 0;
    using Head = apps::WordModelOptions::Head;
    return {.head = draws_from_few && !interactive ? Head::kTopKWhereExact : Head::kProbabilities};
  }
};

// Words of the text and what the model thinks comes next.
class Text {
 public:
  Text(const apps::WordModel& model, apps::Sampler sampler) : stream_(model.Open(std::move(sampler))) {
    Add(model.vocabulary().word(model.vocabulary().begin_of_sentence()));
  }

  void Add(std::string_view word) { stream_.Add(word); }
  // All words of the line.
  void AddLine(const std::string& line) {
    std::istringstream words(line);
    for (std::string word; words >> word;) Add(word);
  }
  apps::Vocabulary::Id Draw() { return stream_.Draw(); }
  std::span<const float> probabilities() const { return stream_.probabilities(); }
  bool has_top_k() const { return stream_.model().has_top_k(); }
  apps::WordStream& stream() { return stream_; }

 private:
  apps::WordStream stream_;
};

apps::Sampler MakeSampler(const SampleFlags& flags, const apps::WordModel& model) {
  std::vector<std::int32_t> never = model.UnusedClasses();
  never.push_back(model.vocabulary().begin_of_sentence());
  if (!flags.with_unknown) never.push_back(model.vocabulary().unknown());
  return apps::Sampler(flags.sampler, std::move(never));
}

// Draws words until the sentence ends; `visit(id)` gets each as it comes. Whether it ended.
bool Continue(Text& text, const apps::Vocabulary& vocabulary, std::int64_t count,
              FunctionRef<void(apps::Vocabulary::Id)> visit) {
  for (std::int64_t i = 0; i < count; ++i) {
    const apps::Vocabulary::Id id = text.Draw();
    if (id == vocabulary.end_of_sentence()) return true;
    visit(id);
    if (i + 1 < count) text.Add(vocabulary.word(id));
  }
  return false;
}

void PrintWords(Text& text, const apps::Vocabulary& vocabulary, const SampleFlags& flags) {
  const char* before = "";
  CertificateTable certificates;
  Continue(text, vocabulary, flags.count, [&](apps::Vocabulary::Id id) {
    fmt::print("{}{}", before, vocabulary.word(id));
    std::fflush(stdout);
    before = " ";
    if (flags.certificate) certificates.Add(vocabulary.word(id), text.stream().drawn_from().certificate);
  });
  fmt::print("\n");
  if (flags.certificate) fmt::print("\n{}", certificates.Text());
}

Json CertificateJson(const kernels::TopKCertificate& certificate) {
  Json json = {{"k", certificate.k}, {"rows", certificate.rows}};
  json["stages"] = Json::array();
  for (const kernels::TopKCertificate::Stage& stage : certificate.stages) {
    json["stages"].push_back(
        {{"bits", stage.bits}, {"rows", stage.rows}, {"largest_bound", stage.largest_bound}, {"bytes", stage.bytes}});
  }
  json["highest_unread"] = certificate.highest_unread;
  json["kth_logit"] = certificate.kth_logit;
  json["bytes"] = certificate.bytes();
  json["full_bytes"] = certificate.full_bytes();
  return json;
}

// The word's logit as the search found it, and the probability that follows from it: itself, or between which two it
// lies.
void AddLogit(Json& word, Text& text, apps::Vocabulary::Id id, const SampleFlags& flags) {
  apps::WordStream& stream = text.stream();
  const kernels::TopK found = stream.drawn_from();
  const auto of_word = [id](const kernels::RankedLogit& ranked) { return ranked.row == id; };
  const float logit = std::find_if(found.rows.begin(), found.rows.end(), of_word)->logit;
  const bool is_exact = flags.normaliser == "exact";
  const kernels::LogNormaliser normaliser = is_exact ? stream.ExactNormaliser() : stream.BoundedNormaliser();
  const double ln_probability = static_cast<double>(logit) - normaliser.value;
  word["probability"] = is_exact ? static_cast<float>(std::exp(ln_probability)) : std::exp(ln_probability);
  if (!is_exact) {
    word["probability_at_least"] = std::exp(ln_probability - normaliser.error);
    word["probability_at_most"] = std::min(1.0, std::exp(ln_probability + normaliser.error));
  }
  word["logit"] = logit;
  word["log_normaliser"] = {{"value", normaliser.value}, {"error", normaliser.error}};
  if (flags.certificate) word["certificate"] = CertificateJson(found.certificate);
}

void PrintJson(Text& text, const apps::Vocabulary& vocabulary, const SampleFlags& flags) {
  Json words = Json::array();
  const bool ended = Continue(text, vocabulary, flags.count, [&](apps::Vocabulary::Id id) {
    Json& word = words.emplace_back(Json{{"word", vocabulary.word(id)}});
    if (text.has_top_k()) {
      AddLogit(word, text, id, flags);
    } else {
      word["probability"] = text.probabilities()[static_cast<std::size_t>(id)];
    }
  });
  const Json report = {{"prefix", flags.prefix}, {"words", words}, {"sentence_ended", ended}};
  fmt::print("{}\n", report.dump(2, ' ', false, Json::error_handler_t::replace));
}

std::vector<std::string> ShowLikeliest(const Text& text, const apps::Vocabulary& vocabulary, std::size_t most) {
  std::vector<std::string> words;
  for (const apps::RankedWord& ranked : apps::LikeliestWords(text.probabilities(), most)) {
    if (ranked.id >= vocabulary.size()) continue;
    words.emplace_back(vocabulary.word(ranked.id));
    fmt::print("{:3}  {:6.2f} %  {}\n", words.size(), 100 * ranked.probability, words.back());
  }
  return words;
}

// What a line of the user stands for: the word of that number, or itself ("=7" is the word "7").
std::string WordsMeant(const std::string& line, const std::vector<std::string>& shown) {
  if (line.starts_with('=')) return line.substr(1);
  const auto number = ParseInt(Trim(line));
  const bool is_shown = number && *number >= 1 && *number <= static_cast<std::int64_t>(shown.size());
  return is_shown ? shown[static_cast<std::size_t>(*number - 1)] : line;
}

void Converse(Text& text, const apps::Vocabulary& vocabulary, const SampleFlags& flags) {
  std::string written = flags.prefix;
  for (;;) {
    const std::vector<std::string> shown = ShowLikeliest(text, vocabulary, flags.shown);
    fmt::print("{}> ", written);
    std::fflush(stdout);
    std::string line;
    if (!std::getline(std::cin, line) || Trim(line).empty()) break;
    const std::string words = WordsMeant(line, shown);
    text.AddLine(words);
    written += (written.empty() ? "" : " ") + std::string(Trim(words));
  }
  fmt::print("\n{}\n", written);
}

void RequireCertificate(const SampleFlags& flags, const apps::WordModel& model) {
  if (model.has_top_k() || !flags.certificate) return;
  throw Error(ErrorKind::kUnsupported,
              "--certificate is of a search for the likeliest words in a softmax of fp32 weights: give --top-k K (or "
              "--temperature 0), no --interactive, and a model whose softmax was not quantised");
}

void Sample(const SampleFlags& flags) {
  if (flags.json && flags.interactive) throw CLI::ExcludesError("--json", "--interactive");
  const auto vocabulary = std::make_shared<const apps::Vocabulary>(apps::Vocabulary::Load(flags.vocabulary));
  const apps::WordModel model(flags.model.Load(), vocabulary, flags.ModelOptions());
  RequireCertificate(flags, model);
  Text text(model, MakeSampler(flags, model));
  text.AddLine(flags.prefix);
  if (flags.interactive) return Converse(text, *vocabulary, flags);
  flags.json ? PrintJson(text, *vocabulary, flags) : PrintWords(text, *vocabulary, flags);
}

}  // namespace

void AddSampleCommand(CLI::App& program) {
  CLI::App* command = program.add_subcommand("sample", "Continue a sentence with a language model, word by word");
  const auto flags = std::make_shared<SampleFlags>(*command);
  flags->model.AddCacheFlag(*command);
  command->add_option("--vocab", flags->vocabulary, "The model's vocabulary, one word a line")->required();
  command->add_option("--prefix", flags->prefix, "How the sentence begins: words parted by blanks");
  command->add_option("--count", flags->count, "At most so many words; fewer when the sentence ends (100)")
      ->check(CLI::Range(1, 1 << 20));
  command->add_option("--temperature", flags->sampler.temperature, "Below 1 likelier words gain; 0: the likeliest (1)")
      ->check(CLI::Range(0.0, 1000.0));
  command->add_option("--top-k", flags->sampler.top_k, "Draw from the K likeliest words")
      ->check(CLI::Range(1, 1 << 30));
  command->add_option("--top-p", flags->sampler.top_p, "Draw from the likeliest words that together reach P (1)")
      ->check(CLI::Range(0.0, 1.0));
  command->add_option("--seed", flags->sampler.seed, "Of the random numbers; the same seed draws the same words (0)");
  command->add_flag("--with-unknown", flags->with_unknown, "Let <UNK>, the word for all others, be drawn");
  command->add_flag("--interactive", flags->interactive,
                    "Show the likeliest next words; type words, or a number to pick one; an empty line ends");
  command->add_option("--show", flags->shown, "With --interactive: how many words to show (10)")
      ->check(CLI::Range(1, 1000));
  command->add_flag("--certificate", flags->certificate,
                    "With --top-k: print of each word what was read to find the likeliest, and what bounds the others");
  command
      ->add_option("--normaliser", flags->normaliser,
                   "With --top-k and --json: probabilities from all logits (exact), or from bounds of those not read "
                   "(bounded), with what they lie between")
      ->check(CLI::IsMember({"exact", "bounded"}))
      ->capture_default_str();
  command->add_flag("--json", flags->json, "Print the words as JSON");
  command->callback([flags] { Sample(*flags); });
}

}  // namespace stepwell::cli
