#include "stepwell/converter/preprocess/preprocess_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/base/text.h"

namespace stepwell::converter {
namespace {

constexpr std::string_view kMeanFlag = "--mean_values";
constexpr std::string_view kScaleFlag = "--scale_values";
constexpr Dim kColours = 3;

[[noreturn]] void Refuse(const std::string& message) { throw Error(ErrorKind::kInvalidArgument, message); }

std::vector<std::size_t> DataInputs(const ir::Graph& graph) {
  std::vector<std::size_t> inputs;
  for (std::size_t i = 0; i < graph.inputs().size(); ++i) {
    if (graph.FindStateOfInput(graph.inputs()[i].name) == nullptr) inputs.push_back(i);
  }
  return inputs;
}

std::string InputNames(const ir::Graph& graph) {
  std::vector<std::string> names;
  for (const ir::Input& input : graph.inputs()) names.push_back(fmt::format("'{}'", input.name));
  return Join(names, ", ");
}

// The extents that count: those of the source where they are free.
const Shape& ExtentsOf(const ir::Input& input) { return input.default_shape; }

class Planner {
 public:
  Planner(const ir::Graph& graph, const Preprocessing& wishes) : graph_(graph), wishes_(wishes) {
    plan_.inputs.resize(graph.inputs().size());
    plan_.outputs.resize(graph.outputs().size());
    TakeLayouts();
  }

  PreprocessPlan Layouts() && { return std::move(plan_); }

  PreprocessPlan All(std::vector<std::string>& warnings) && {
    TakeValues(wishes_.means, kMeanFlag, &PortPlan::mean);
    TakeValues(wishes_.scales, kScaleFlag, &PortPlan::scale);
    if (wishes_.scale) TakeCommonScale(*wishes_.scale);
    for (std::size_t i = 0; i < plan_.inputs.size(); ++i) CheckValues(i);
    if (wishes_.reverses_channels) TakeReversal(warnings);
    return std::move(plan_);
  }

 private:
  std::size_t InputNamed(const std::string& name, std::string_view flag) const {
    if (const auto input = graph_.FindInput(name)) return *input;
    Refuse(fmt::format("{}: there is no input '{}'; there are {}", flag, name, InputNames(graph_)));
  }

  // The input that a piece means: by its name, else by its place among the inputs that are data.
  std::size_t InputOf(const std::string& name, std::size_t place, std::size_t pieces, std::string_view flag) const {
    if (!name.empty()) return InputNamed(name, flag);
    const std::vector<std::size_t> data = DataInputs(graph_);
    if (pieces == data.size()) return data[place];
    Refuse(fmt::format("{} has {} pieces without names for {} inputs; name the ones that are meant: {}", flag, pieces,
                       data.size(), InputNames(graph_)));
  }

  void TakeLayouts() {
    std::set<const PortPlan*> taken;
    for (std::size_t place = 0; place < wishes_.layouts.size(); ++place) {
      const LayoutRequest& request = wishes_.layouts[place];
      const auto output =
          request.name.empty() || graph_.FindInput(request.name) ? std::nullopt : graph_.FindOutput(request.name);
      PortPlan& port = output ? plan_.outputs[*output]
                              : plan_.inputs[InputOf(request.name, place, wishes_.layouts.size(), "the layouts")];
      if (!taken.insert(&port).second) Refuse(fmt::format("the layout of '{}' is said twice", request.name));
      const std::size_t index = AsSize(&port - (output ? plan_.outputs : plan_.inputs).data());
      const std::string& name = output ? graph_.outputs()[index].name : graph_.inputs()[index].name;
      const ir::ValueId value = output ? graph_.outputs()[index].value : graph_.inputs()[index].value;
      While([&] { return fmt::format("applying the layout of '{}'", name); },
            [&] { TakeLayout(request, graph_.value(value).type.shape, port); });
    }
  }

  static void TakeLayout(const LayoutRequest& request, const Shape& shape, PortPlan& port) {
    if (!shape.has_rank()) Refuse("its number of axes is unknown");
    if (request.source) port.labels = request.source->Labels(shape.rank());
    port.layout = request.target ? request.target : request.source;
    if (!request.target || !request.source) return;
    const std::vector<std::string> target = request.target->Labels(shape.rank());
    (void)AxisOrder(target, port.labels);
    if (target != port.labels) port.order = target;
  }

  void TakeValues(const std::vector<ChannelValues>& pieces, std::string_view flag,
                  std::vector<float> PortPlan::*values) {
    for (std::size_t place = 0; place < pieces.size(); ++place) {
      const std::size_t input = InputOf(pieces[place].input, place, pieces.size(), flag);
      std::vector<float>& taken = plan_.inputs[input].*values;
      if (!taken.empty()) Refuse(fmt::format("{} is said twice for '{}'", flag, graph_.inputs()[input].name));
      taken = pieces[place].values;
      const bool divides = values == &PortPlan::scale;
      if (divides && std::count(taken.begin(), taken.end(), 0.0F) > 0) {
        Refuse(fmt::format("{}: '{}' would be divided by 0", flag, graph_.inputs()[input].name));
      }
    }
  }

  // Integers (lengths, indices) are no values to scale, and states come back as they were given out.
  void TakeCommonScale(float scale) {
    bool is_used = false;
    for (const std::size_t input : DataInputs(graph_)) {
      PortPlan& port = plan_.inputs[input];
      if (!IsFloat(graph_.value(graph_.inputs()[input].value).type.dtype)) continue;
      if (!port.scale.empty()) Refuse("--scale and --scale_values are both given");
      port.scale = {scale};
      is_used = true;
    }
    if (!is_used) Refuse("--scale: no input has a floating type");
  }

  void CheckValues(std::size_t index) {
    PortPlan& port = plan_.inputs[index];
    const ir::Input& input = graph_.inputs()[index];
    if (port.mean.empty() && port.scale.empty()) return;
    const TensorType& type = graph_.value(input.value).type;
    if (!IsFloat(type.dtype)) {
      Refuse(fmt::format("input '{}' is {}; only a floating type has a mean or a scale", input.name,
                         stepwell::ToText(type)));
    }
    const std::size_t channels = std::max(port.mean.size(), port.scale.size());
    if (channels == 1) return;
    if (std::min(port.mean.size(), port.scale.size()) > 1 && port.mean.size() != port.scale.size()) {
      Refuse(fmt::format("input '{}' has {} mean values and {} scale values", input.name, port.mean.size(),
                         port.scale.size()));
    }
    port.channels = ChannelsOf(index, static_cast<Dim>(channels));
    const Dim extent = ExtentsOf(input)[*port.channels];
    if (extent == static_cast<Dim>(channels)) return;
    Refuse(fmt::format("input '{}' has {} channels (axis {} of {}) and {} values are given", input.name, extent,
                       *port.channels, stepwell::ToText(ExtentsOf(input)), channels));
  }

  std::optional<int> LabelledChannels(const PortPlan& port) const {
    const auto found = std::find(port.labels.begin(), port.labels.end(), "C");
    if (found == port.labels.end()) return std::nullopt;
    return static_cast<int>(found - port.labels.begin());
  }

  int ChannelsOf(std::size_t index, Dim wanted) const {
    if (const auto axis = LabelledChannels(plan_.inputs[index])) return *axis;
    const ir::Input& input = graph_.inputs()[index];
    const auto axis = plan_.inputs[index].labels.empty() && wanted == kColours ? GuessedChannels(input) : std::nullopt;
    if (axis) return *axis;
    Refuse(
        fmt::format("which axis of input '{}' {} are the {} channels cannot be told; say it with --layout, such as "
                    "{}(nhwc)",
                    input.name, stepwell::ToText(ExtentsOf(input)), wanted, input.name));
  }

  // Where pictures have their colours.
  static std::optional<int> GuessedChannels(const ir::Input& input) {
    const Shape& shape = ExtentsOf(input);
    const int rank = shape.rank();
    if (rank < 3 || rank > 5) return std::nullopt;
    const auto dims = shape.dims();
    if (std::count(dims.begin(), dims.end(), kColours) != 1) return std::nullopt;
    const int axis = static_cast<int>(std::find(dims.begin(), dims.end(), kColours) - dims.begin());
    const bool is_usual = axis == rank - 1 || axis == (rank == 3 ? 0 : 1);
    return is_usual ? std::optional(axis) : std::nullopt;
  }

  std::optional<int> ReversibleChannels(std::size_t index) const {
    const ir::Input& input = graph_.inputs()[index];
    const PortPlan& port = plan_.inputs[index];
    if (port.labels.empty()) return GuessedChannels(input);
    const auto axis = LabelledChannels(port);
    return axis && ExtentsOf(input)[*axis] == kColours ? axis : std::nullopt;
  }

  void TakeReversal(std::vector<std::string>& warnings) {
    std::vector<std::string> left_out;
    const std::vector<std::size_t> data = DataInputs(graph_);
    for (const std::size_t index : data) {
      const auto axis = ReversibleChannels(index);
      plan_.inputs[index].reverses_channels = axis.has_value();
      if (axis) plan_.inputs[index].channels = axis;
      if (!axis) {
        const ir::Input& input = graph_.inputs()[index];
        left_out.push_back(fmt::format("'{}' {}", input.name, stepwell::ToText(ExtentsOf(input))));
      }
    }
    if (left_out.empty()) return;
    if (left_out.size() < data.size()) {
      warnings.push_back(fmt::format("--reverse_input_channels leaves {} alone: no 3 channels", Join(left_out, ", ")));
      return;
    }
    Refuse(
        fmt::format("--reverse_input_channels: no input has 3 channels whose place is known: {}; say it with "
                    "--layout, such as NAME(nhwc)",
                    Join(left_out, ", ")));
  }

  const ir::Graph& graph_;
  const Preprocessing& wishes_;
  PreprocessPlan plan_;
};

}  // namespace

PreprocessPlan PlanPreprocessing(const ir::Graph& graph, const Preprocessing& wishes,
                                 std::vector<std::string>& warnings) {
  return Planner(graph, wishes).All(warnings);
}

PreprocessPlan PlanLayouts(const ir::Graph& graph, const Preprocessing& wishes) {
  return Planner(graph, wishes).Layouts();
}

}  // namespace stepwell::converter
