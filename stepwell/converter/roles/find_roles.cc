#include "stepwell/converter/roles/find_roles.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include "stepwell/converter/roles/flow.h"
#include "stepwell/ir/roles.h"

namespace stepwell::converter {
namespace {

constexpr std::array<std::string_view, 7> kRecurrent = {"TensorIterator", "Loop",        "LSTMSequence", "LSTMCell",
                                                        "GRUSequence",    "RNNSequence", "GRUCell"};

constexpr auto kIsRecurrent = [](const ir::Node& node) {
  return std::find(kRecurrent.begin(), kRecurrent.end(), node.op->name()) != kRecurrent.end();
};
constexpr auto kIsSpectrum = [](const ir::Node& node) { return node.op->name() == "RDFT"; };

// An input or output that is no state, with what is known of it.
struct End {
  std::string name;
  ir::ValueId value;
  TensorType type;

  bool Is(bool (*dtype)(DType), int rank) const { return dtype(type.dtype) && type.shape.rank() == rank; }
};

class RoleFinder {
 public:
  explicit RoleFinder(const ir::Graph& graph) : graph_(graph) {
    for (const ir::Input& input : graph.inputs()) {
      if (graph.FindStateOfInput(input.name) != nullptr) {
        states_.emplace_back(graph, input.value);
      } else {
        inputs_.push_back({input.name, input.value, graph.value(input.value).type});
      }
    }
    for (const ir::Output& output : graph.outputs()) {
      if (graph.FindStateOfOutput(output.name) != nullptr) continue;
      outputs_.push_back({output.name, output.value, graph.value(output.value).type});
    }
  }

  FoundRoles Run() {
    FindSpeechRoles();
    FindFrontEndRoles();
    FindWordRoles();
    return std::move(found_);
  }

 private:
  using Condition = std::function<bool(const End&)>;

  // The only end that fits; null where there is none or more than one.
  static const End* Only(const std::vector<End>& ends, const Condition& fits) {
    const End* only = nullptr;
    for (const End& end : ends) {
      if (!fits(end)) continue;
      if (only != nullptr) return nullptr;
      only = &end;
    }
    return only;
  }

  // The end that fits and is computed last: of outputs that follow from each other, the final one.
  static const End* Last(const std::vector<End>& ends, const Condition& fits) {
    const End* last = nullptr;
    for (const End& end : ends) {
      if (fits(end) && (last == nullptr || last->value < end.value)) last = &end;
    }
    return last;
  }

  const End* Set(std::string_view role, const End* end) {
    if (end != nullptr) found_.roles[std::string(role)] = end->name;
    return end;
  }

  bool DependsOnState(ir::ValueId value) const {
    return std::any_of(states_.begin(), states_.end(), [&](const Downstream& state) { return state.Has(value); });
  }

  bool EndsInSoftmax(const End& end) const {
    const ir::Node* node = ProducerBehindViews(graph_, end.value);
    return node != nullptr && node->op->name() == "SoftMax";
  }

  void FindSpeechRoles() {
    const End* features = Set(ir::kRoleFeatures, Only(inputs_, [&](const End& end) {
                                return end.Is(IsFloat, 4) && Downstream(graph_, end.value).Reaches(kIsRecurrent);
                              }));
    if (features == nullptr) return;
    const Downstream behind(graph_, features->value);
    const End* logits = Set(
        ir::kRoleLogits, Last(outputs_, [&](const End& end) { return end.Is(IsFloat, 3) && behind.Has(end.value); }));
    Set(ir::kRoleLengths, Only(inputs_, [&](const End& end) {
          return end.Is(IsInteger, 1) && (logits == nullptr || Downstream(graph_, end.value).Has(logits->value));
        }));
    if (logits == nullptr) return;
    found_.metadata[std::string(ir::kLogitsKind)] =
        EndsInSoftmax(*logits) ? ir::kLogitsAreProbabilities : ir::kLogitsAreUnnormalised;
  }

  void FindFrontEndRoles() {
    const End* samples = Set(ir::kRoleSamples, Only(inputs_, [&](const End& end) {
                               return end.Is(IsFloat, 1) && Downstream(graph_, end.value).Reaches(kIsSpectrum);
                             }));
    if (samples == nullptr) return;
    const Downstream behind(graph_, samples->value);
    Set(ir::kRoleCoefficients, Last(outputs_, [&](const End& end) {
          return end.Is(IsFloat, 2) && behind.Has(end.value) && !DependsOnState(end.value);
        }));
  }

  // A lookup in a constant table of rows.
  bool LooksUpTable(const End& end) const {
    const ir::Node* lookup = IsInteger(end.type.dtype) ? LookupOf(graph_, end.value) : nullptr;
    const ir::ConstantData* table = lookup == nullptr ? nullptr : graph_.constant(lookup->inputs[0]);
    return table != nullptr && table->type.shape.rank() == 2 && IsFloat(table->type.dtype);
  }

  // Models that keep a state from word to word; others look rows up in tables, too.
  void FindWordRoles() {
    if (states_.empty()) return;
    const End* characters =
        Set(ir::kRoleCharacters,
            Only(inputs_, [&](const End& end) { return end.type.shape.rank() >= 2 && LooksUpTable(end); }));
    if (characters == nullptr) characters = FindUniqueForm();
    if (characters == nullptr) return;
    const Downstream behind(graph_, characters->value);
    Set(ir::kRoleWordProbabilities, Last(outputs_, [&](const End& end) {
          return behind.Has(end.value) && DependsOnState(end.value) && EndsInSoftmax(end);
        }));
    Set(ir::kRoleWordEmbedding, Last(outputs_, [&](const End& end) {
          return end.Is(IsFloat, 2) && behind.Has(end.value) && !DependsOnState(end.value);
        }));
    FindTargets(*characters, behind);
    FindUnreadWord(*characters);
  }

  const End* FindUniqueForm() {
    const End* unique = Only(inputs_, [&](const End& end) { return end.type.shape.rank() == 1 && LooksUpTable(end); });
    if (unique == nullptr) return nullptr;
    const Downstream behind(graph_, unique->value);
    const End* indices = Only(inputs_, [&](const End& end) {
      const ir::Node* lookup = end.Is(IsInteger, 1) ? LookupOf(graph_, end.value) : nullptr;
      return lookup != nullptr && behind.Has(lookup->inputs[0]);
    });
    if (indices == nullptr) return nullptr;
    Set(ir::kRoleCharacterIndices, indices);
    return Set(ir::kRoleUniqueCharacters, unique);
  }

  void FindTargets(const End& characters, const Downstream& behind) {
    const End* perplexity =
        Set(ir::kRoleLogPerplexity,
            Only(outputs_, [&](const End& end) { return end.Is(IsFloat, 0) && behind.Has(end.value); }));
    if (perplexity == nullptr) return;
    const auto feeds_it = [&](const End& end) {
      return end.name != characters.name && Downstream(graph_, end.value).Has(perplexity->value);
    };
    Set(ir::kRoleTarget, Only(inputs_, [&](const End& end) { return IsInteger(end.type.dtype) && feeds_it(end); }));
    Set(ir::kRoleTargetWeight, Only(inputs_, [&](const End& end) { return IsFloat(end.type.dtype) && feeds_it(end); }));
  }

  // The word's number, which a model of characters takes and does not look at.
  void FindUnreadWord(const End& characters) {
    Set(ir::kRoleWord, Only(inputs_, [&](const End& end) {
          const bool is_read = Downstream(graph_, end.value).Reaches([](const ir::Node&) { return true; });
          return end.Is(IsInteger, 2) && !is_read && end.type.shape.rank() + 1 == characters.type.shape.rank();
        }));
  }

  const ir::Graph& graph_;
  std::vector<End> inputs_;
  std::vector<End> outputs_;
  std::vector<Downstream> states_;
  FoundRoles found_;
};

}  // namespace

FoundRoles FindRoles(const ir::Graph& graph) { return RoleFinder(graph).Run(); }

}  // namespace stepwell::converter
