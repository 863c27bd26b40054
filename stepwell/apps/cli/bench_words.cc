#include "stepwell/apps/cli/bench_words.h"

#include <chrono>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "stepwell/apps/lm1b/word_input.h"
#include "stepwell/apps/lm1b/word_network.h"
#include "stepwell/apps/lm1b/word_ports.h"
#include "stepwell/base/checked.h"
#include "stepwell/state/stream.h"

namespace stepwell::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kCalls = 40;
constexpr std::size_t kWordsSeen = 8;

double MillisecondsSince(Clock::time_point started) {
  return std::chrono::duration<double, std::milli>(Clock::now() - started).count();
}

class Bench {
 public:
  Bench(std::shared_ptr<const runtime::LoadedModel> model, const WordBenchRequest& request)
      : request_(request),
        network_(model, apps::FindWordPorts(model->graph()), {.head = apps::WordModelOptions::Head::kTopKWhereExact}),
        stepper_(network_.MakeStepper()),
        input_(network_, stepper_.inputs()),
        stream_(network_.layout()) {
    Require(network_.top_k() != nullptr, ErrorKind::kUnsupported,
            "--top-k measures the search in a softmax of fp32 weights, which the model has not");
  }

  WordBenchResult Run(const std::function<void(double)>& progress) {
    const int repeat = request_.repeat > 0 ? request_.repeat : kCalls;
    std::vector<std::vector<std::int32_t>> words(kWordsSeen);
    for (auto& word : words) word = RandomWord();
    for (const auto& word : words) Call(word);
    for (int call = 0; call < request_.warm_up; ++call) Call(RandomWord());
    search_ms_.clear();
    std::vector<double> new_ms, seen_ms;
    for (int call = 0; call < repeat; ++call) {
      new_ms.push_back(Call(RandomWord()));
      seen_ms.push_back(Call(words[AsSize(call) % words.size()]));
      progress(static_cast<double>(call + 1) / repeat);
    }
    return {LatencySummary::Of(new_ms), LatencySummary::Of(seen_ms), LatencySummary::Of(search_ms_), certificate_};
  }

 private:
  std::vector<std::int32_t> RandomWord() {
    std::vector<std::int32_t> characters(AsSize(network_.ports().word_length()));
    for (std::int32_t& character : characters) character = static_cast<std::int32_t>(random_() % 256);
    return characters;
  }

  double Call(const std::vector<std::int32_t>& word) {
    const runtime::Plan::Port& port = stepper_.outputs()[0];
    hidden_.resize(AsSize(port.type.shape.num_elements()));
    const TensorView output(port.type, std::as_writable_bytes(std::span(hidden_)).data());
    const Clock::time_point started = Clock::now();
    stream_.Step(stepper_, input_.Make(word), {&output, 1});
    const Clock::time_point searched = Clock::now();
    certificate_ = network_.top_k()->Find(hidden_, request_.top_k, {}, *memory_).certificate;
    search_ms_.push_back(MillisecondsSince(searched));
    return MillisecondsSince(started);
  }

  WordBenchRequest request_;
  apps::WordNetwork network_;
  state::Stepper stepper_;
  apps::WordInput input_;
  state::Stream stream_;
  std::shared_ptr<kernels::TopKMemory> memory_ = kernels::ExactTopK::MakeMemory();
  std::vector<float> hidden_;
  std::vector<double> search_ms_;
  kernels::TopKCertificate certificate_;
  std::mt19937 random_{1};
};

}  // namespace

WordBenchResult BenchWords(std::shared_ptr<const runtime::LoadedModel> model, const WordBenchRequest& request,
                           const std::function<void(double)>& progress) {
  return Bench(std::move(model), request).Run(progress);
}

}  // namespace stepwell::cli
