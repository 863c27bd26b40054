#include "stepwell/apps/deepspeech/lexicon.h"

#include <algorithm>
#include <tuple>

#include "stepwell/base/error.h"

namespace stepwell::apps {
namespace {

// The sorted words that share the path to a node, which is `depth` labels long.
struct Group {
  std::size_t begin;
  std::size_t end;
  std::size_t depth;
};

}  // namespace

Lexicon::Lexicon(std::vector<Word> words) {
  std::sort(words.begin(), words.end(),
            [](const Word& a, const Word& b) { return std::tie(a.spelling, a.id) < std::tie(b.spelling, b.id); });
  STEPWELL_CHECK(words.empty() || !words.front().spelling.empty());
  std::vector<Group> groups = {{0, words.size(), 0}};  // one per node; arcs point to those appended at the end
  for (std::size_t node = 0; node < groups.size(); ++node) {
    auto [begin, end, depth] = groups[node];
    first_arc_.push_back(arcs_.size());
    words_.push_back(kNoWord);
    for (; begin < end && words[begin].spelling.size() == depth; ++begin) {
      words_.back() = std::min(words_.back(), words[begin].id);
    }
    while (begin < end) {
      const std::int32_t label = words[begin].spelling[depth];
      std::size_t next = begin;
      while (next < end && words[next].spelling[depth] == label) ++next;
      arcs_.push_back({label, static_cast<Node>(groups.size())});
      groups.push_back({begin, next, depth + 1});
      begin = next;
    }
  }
  first_arc_.push_back(arcs_.size());
}

}  // namespace stepwell::apps
