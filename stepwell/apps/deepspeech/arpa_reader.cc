#include "stepwell/apps/deepspeech/arpa_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <optional>

#include "stepwell/base/error.h"
#include "stepwell/base/memory.h"
#include "stepwell/base/text.h"

namespace stepwell::apps {
namespace {

constexpr int kMostOrder = 10;
constexpr std::int64_t kMostNgrams = std::int64_t{1} << 32;  // of one order
constexpr double kLeastLog10 = -99;                          // how the form writes zero; toolkits also write -inf
constexpr std::size_t kFewestBytesOfNgram = 4;
constexpr std::string_view kSpace = " \t\r";

// Cuts the next field off the line; an empty one at its end.
std::string_view TakeField(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(kSpace), line.size()));
  const std::string_view field = line.substr(0, line.find_first_of(kSpace));
  line.remove_prefix(field.size());
  return field;
}

class ArpaReader {
 public:
  ArpaReader(std::string_view text, std::string file) : text_(text), file_(std::move(file)) {}

  NgramModel Read() {
    const std::vector<std::size_t> counts = ReadCounts();
    const std::size_t announced = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
    NgramModel model(static_cast<int>(counts.size()), std::min(announced, text_.size() / kFewestBytesOfNgram));
    for (std::size_t order = 1; order <= counts.size(); ++order) ReadSection(model, order, counts[order - 1]);
    Require(line_ == "\\end\\", fmt::format("'\\end\\' expected, '{}' found: is the file whole?", line_));
    return model;
  }

 private:
  // Makes line_ the next line that is not empty; false at the end of the file, where line_ is empty.
  bool NextLine() {
    do {
      if (text_.empty()) {
        line_ = {};
        return false;
      }
      const std::size_t end = std::min(text_.find('\n'), text_.size());
      line_ = Trim(text_.substr(0, end));
      text_.remove_prefix(std::min(end + 1, text_.size()));
      ++line_number_;
    } while (line_.empty());
    return true;
  }

  // "ngram 1=371" ..., each order once and in order. Leaves line_ at what follows.
  std::vector<std::size_t> ReadCounts() {
    while (NextLine() && line_ != "\\data\\") {
    }
    Require(line_ == "\\data\\", "no line '\\data\\' in the whole file: is it an ARPA model?");
    std::vector<std::size_t> counts;
    while (NextLine() && line_.starts_with("ngram")) {
      const std::vector<std::string_view> sides = Split(line_.substr(5), '=');
      const bool is_pair = sides.size() == 2;
      const std::int64_t order = is_pair ? ParseInt(Trim(sides[0])).value_or(-1) : -1;
      const std::int64_t count = is_pair ? ParseInt(Trim(sides[1])).value_or(-1) : -1;
      Require(order == static_cast<std::int64_t>(counts.size()) + 1 && count >= 0 && count < kMostNgrams,
              fmt::format("'ngram {}=' and a number expected, '{}' found", counts.size() + 1, line_));
      counts.push_back(static_cast<std::size_t>(count));
    }
    Require(!counts.empty(), "no count ('ngram 1=…') behind '\\data\\'");
    if (counts.size() > kMostOrder) {
      throw Error(ErrorKind::kUnsupported, fmt::format("{}: a model of order {}; orders up to {} are supported", file_,
                                                       counts.size(), kMostOrder));
    }
    return counts;
  }

  void ReadSection(NgramModel& model, std::size_t order, std::size_t count) {
    const std::string title = fmt::format("\\{}-grams:", order);
    Require(line_ == title, fmt::format("'{}' expected, '{}' found", title, line_));
    std::size_t found = 0;
    for (; NextLine() && !line_.starts_with('\\'); ++found) ReadNgram(model, order);
    Require(found == count,
            fmt::format("the section '{}' has {} n-grams, '\\data\\' announced {}", title, found, count));
  }

  void ReadNgram(NgramModel& model, std::size_t order) {
    std::string_view rest = line_;
    const double probability = ReadLog(TakeField(rest));
    Require(probability <= 0, "the probability is over 1 (its logarithm over 0)");
    if (order == 1) {
      const std::string_view word = TakeField(rest);
      Require(!word.empty(), "a word expected behind the probability");
      RequireNew(model.AddWord(word, probability, ReadBackoff(rest)));
      return;
    }
    words_.clear();
    for (std::size_t i = 0; i < order; ++i) words_.push_back(ReadWord(model, TakeField(rest)));
    RequireNew(model.AddNgram(words_, probability, ReadBackoff(rest)));
  }

  NgramModel::Word ReadWord(const NgramModel& model, std::string_view field) {
    const std::optional<NgramModel::Word> word = model.Find(field);
    Require(word.has_value(), fmt::format("the word '{}' is not among the 1-grams", field));
    return *word;
  }

  double ReadBackoff(std::string_view& rest) {
    const std::string_view field = TakeField(rest);
    const double backoff = field.empty() ? 0 : ReadLog(field);
    Require(TakeField(rest).empty(), "more on the line than an n-gram of this order has");
    return backoff;
  }

  // A natural logarithm from the file's common one.
  double ReadLog(std::string_view field) {
    const std::optional<double> value = ParseDouble(field);
    Require(value && !std::isnan(*value) && *value < 1e3, fmt::format("a logarithm expected, '{}' found", field));
    return std::max(*value, kLeastLog10) * std::numbers::ln10;
  }

  void RequireNew(bool is_new) const { Require(is_new, "this n-gram stands in the file twice"); }

  void Require(bool ok, std::string_view problem) const {
    if (ok) return;
    throw Error(ErrorKind::kInvalidModel, fmt::format("{}:{}: {}", file_, line_number_, problem));
  }

  std::string_view text_;
  std::string file_;
  std::string_view line_;
  std::size_t line_number_ = 0;
  std::vector<NgramModel::Word> words_;
};

void RefuseOtherForms(std::string_view text, const std::filesystem::path& path) {
  const auto refuse = [&](std::string_view form, std::string_view advice) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("'{}' is {}, an ARPA file is expected: {}", path.string(), form, advice));
  };
  if (text.starts_with("mmap lm http://kheafield.com/code")) {
    if (path.extension() == ".scorer") {
      refuse("DeepSpeech's external scorer (a KenLM binary with a word list)",
             "give the .arpa (or lm.arpa) the scorer was packed from; it cannot be unpacked");
    }
    refuse("a KenLM binary",
           "give the .arpa that build_binary was given, or what lmplz wrote; it cannot be turned back");
  }
  if (text.starts_with("\x1f\x8b")) refuse("compressed by gzip", "unpack it first: gzip -dk FILE");
}

}  // namespace

NgramModel ReadArpa(const std::filesystem::path& path) {
  const SharedBytes bytes = MapFile(path);
  return ParseArpa({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path);
}

NgramModel ParseArpa(std::string_view text, const std::filesystem::path& file_name) {
  RefuseOtherForms(text, file_name);
  return ArpaReader(text, file_name.string()).Read();
}

}  // namespace stepwell::apps
