#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <random>

#include "stepwell/converter/convert.h"
#include "stepwell/converter/source/source_test_support.h"
#include "tests/support/mutate.h"

// Graphs that are read without complaint and make no sense: other inputs, ports, ops, attributes and numbers than any
// exporter writes. A conversion must finish or throw stepwell::Error.
namespace stepwell::converter {
namespace {

constexpr std::array<std::int32_t, 8> kTellingNumbers = {0, 1, -1, 2, 1000, 2147483647, -2147483647 - 1, 16};

class GraphMutator {
 public:
  GraphMutator(const SourceGraph& original, std::uint32_t seed) : original_(original), random_(seed) {}

  SourceGraph Next() {
    SourceGraph::Parts parts;
    parts.nodes = original_.nodes();
    parts.producer = original_.producer();
    const std::size_t faults = 1 + Below(3);
    for (std::size_t i = 0; i < faults; ++i) Damage(parts.nodes);
    return SourceGraph(std::move(parts));
  }

 private:
  std::size_t Below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }

  template <class T>
  T& Any(std::vector<T>& values) {
    return values[Below(values.size())];
  }

  void Damage(std::vector<SourceNode>& nodes) {
    SourceNode& node = Any(nodes);
    switch (Below(7)) {
      case 0:
        if (!node.inputs.empty()) Any(node.inputs).node = Any(nodes).name;
        break;
      case 1:
        if (!node.inputs.empty()) Any(node.inputs).port = static_cast<int>(Below(4));
        break;
      case 2:
        if (!node.inputs.empty()) node.inputs.pop_back();
        break;
      case 3:
        node.inputs.push_back({Any(nodes).name, 0});
        break;
      case 4:
        node.op = Any(nodes).op;
        break;
      case 5:
        if (!node.attrs.empty()) node.attrs.erase(std::next(node.attrs.begin(), OffsetBelow(node.attrs.size())));
        break;
      default:
        DamageAttr(node);
        break;
    }
  }

  std::ptrdiff_t OffsetBelow(std::size_t end) { return static_cast<std::ptrdiff_t>(Below(end)); }

  void DamageAttr(SourceNode& node) {
    if (node.attrs.empty()) return;
    SourceAttr& attr = std::next(node.attrs.begin(), OffsetBelow(node.attrs.size()))->second;
    const std::int32_t number = kTellingNumbers[Below(kTellingNumbers.size())];
    if (auto* tensor = std::get_if<SourceTensor>(&attr)) {
      DamageTensor(*tensor, number);
    } else if (std::holds_alternative<TfType>(attr)) {
      attr = static_cast<TfType>(1 + Below(23));
    } else if (auto* shape = std::get_if<Shape>(&attr)) {
      if (shape->rank() > 0) (*shape)[0] = std::max<Dim>(number, kDynamic);
    } else if (std::holds_alternative<std::int64_t>(attr)) {
      attr = std::int64_t{number};
    } else if (std::holds_alternative<bool>(attr)) {
      attr = !std::get<bool>(attr);
    } else {
      attr = std::string("nonsense");
    }
  }

  // Another first number; for a scalar or a short vector that is an axis, a length or a dimension.
  void DamageTensor(SourceTensor& tensor, std::int32_t number) {
    if (tensor.stored.size() < sizeof(number)) return;
    const SharedBytes stored = tensor.stored.Get();
    std::vector<std::byte> bytes(stored.span().begin(), stored.span().end());
    std::memcpy(bytes.data(), &number, sizeof(number));
    tensor.stored = SharedBytes::CopyOf(bytes);
  }

  const SourceGraph& original_;
  std::mt19937 random_;
};

void ExpectSurvivesDamagedGraphs(const std::string& model, const std::string& checkpoint) {
  SourceOptions options{.model = ModelPath(model)};
  if (!checkpoint.empty()) options.checkpoint = ModelPath(checkpoint);
  const LoadedSource original = LoadSource(options);
  const std::uint32_t seed = testing::MutationSeed();
  SCOPED_TRACE("STEPWELL_SEED=" + std::to_string(seed));
  GraphMutator mutator(original.graph, seed);
  const auto wanted = testing::WithDamageSeconds({.most_files = 400, .most_time = std::chrono::seconds(4)});
  const auto end = std::chrono::steady_clock::now() + wanted.most_time;
  for (std::size_t i = 0; i < wanted.most_files && std::chrono::steady_clock::now() < end; ++i) {
    LoadedSource damaged;
    damaged.path = original.path;
    damaged.checkpoint = original.checkpoint;
    damaged.graph = mutator.Next();
    try {
      damaged.graph.Validate();
      Convert(damaged, {});
    } catch (const Error&) {
      continue;
    } catch (const std::exception& other) {
      FAIL() << "damaged graph " << i << " gave " << other.what();
    }
  }
}

TEST(ConvertMutation, SurvivesDamagedGraphs) {
  ExpectSurvivesDamagedGraphs("deepspeech/0.3.0-64/output_graph.pb", "");
  ExpectSurvivesDamagedGraphs("deepspeech/0.8.2-64/output_graph.pb", "");
  ExpectSurvivesDamagedGraphs("lm_1b/tiny/graph.pbtxt", "lm_1b/tiny/ckpt");
}

}  // namespace
}  // namespace stepwell::converter
