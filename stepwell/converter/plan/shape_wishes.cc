#include "stepwell/converter/plan/shape_wishes.h"

#include <fmt/format.h>

#include "stepwell/base/error.h"
#include "stepwell/converter/shapes/free_shapes.h"
#include "stepwell/passes/rewriter.h"

namespace stepwell::converter {
namespace {

[[noreturn]] void Refuse(const std::string& message) { throw Error(ErrorKind::kInvalidArgument, message); }

class Granter {
 public:
  Granter(const ir::Graph& graph, const ShapeWishes& wishes) : graph_(graph), wishes_(wishes) {
    for (const ir::Input& input : graph.inputs()) wanted_.push_back(WantedShape(input));
    if (wishes.batch && !batch_is_used_) {
      Refuse(fmt::format("--batch {} is the batch of no input: none of them has one", *wishes.batch));
    }
  }

  ir::Graph Run(FunctionRef<ir::Graph(const ir::Graph&)> simplify, std::vector<std::string>& warnings) {
    if (!NeedsFreeing()) return simplify(Fixed(graph_));
    // All that can be free is freed first: what the user fixes at the source's extent is fixed on the result, so that a
    // merged axis (frames * batch) is still seen as what it is. Before anything is folded: a folded Range or Fill no
    // longer shows which dimension it was made of.
    const FreeShapesResult freed = FreeShapes(graph_, {.fixed_inputs = wishes_.fixed_inputs});
    held_ = &freed.held;
    for (const std::string& held : freed.held_by_values) warnings.push_back("input " + held);
    return StaysOpen() ? Fixed(simplify(freed.graph)) : simplify(Fixed(freed.graph));
  }

 private:
  Shape WantedShape(const ir::Input& input) {
    const bool is_static =
        wishes_.shapes == ConvertOptions::Shapes::kStatic || wishes_.fixed_inputs.contains(input.name);
    Shape wanted = is_static ? input.default_shape : Shape::Filled(input.default_shape.rank(), kDynamic);
    const auto wish = wishes_.of_input.find(input.name);
    const Shape of_user = wish == wishes_.of_input.end() ? Shape::Filled(wanted.rank(), kDynamic) : wish->second;
    if (of_user.rank() != wanted.rank()) {
      Refuse(fmt::format("the shape {} does not fit input '{}', which is {}", ToText(of_user), input.name,
                         ToText(graph_.value(input.value).type)));
    }
    for (int axis = 0; axis < wanted.rank(); ++axis) wanted[axis] = MergedDim(of_user[axis], wanted[axis]);
    GiveBatch(input, of_user, wanted);
    return wanted;
  }

  void GiveBatch(const ir::Input& input, const Shape& of_user, Shape& wanted) {
    const auto axis = wishes_.batch ? BatchAxis(input) : std::nullopt;
    if (!axis) return;
    if (!DimsAgree(of_user[*axis], *wishes_.batch)) {
      Refuse(fmt::format("--batch {} contradicts the shape {} that is given for input '{}': leave out one of the two",
                         *wishes_.batch, ToText(of_user), input.name));
    }
    wanted[*axis] = *wishes_.batch;
    batch_is_used_ = true;
  }

  // The first axis is the batch where it is as long as that of the input with the most axes: a window of samples has
  // one axis, too, and no batch.
  std::optional<int> BatchAxis(const ir::Input& input) const {
    if (wishes_.fixed_inputs.contains(input.name)) return std::nullopt;
    const auto said = wishes_.batch_axes.find(input.name);
    if (said != wishes_.batch_axes.end()) return said->second;
    const ir::Input* widest = &input;
    for (const ir::Input& other : graph_.inputs()) {
      if (other.default_shape.rank() > widest->default_shape.rank()) widest = &other;
    }
    const bool has_batch = input.default_shape.rank() > 0 && input.default_shape[0] == widest->default_shape[0];
    return has_batch ? std::optional(0) : std::nullopt;
  }

  // Whether calls may give other shapes than those that the user fixed.
  bool StaysOpen() const { return graph_.states().empty() && wishes_.shapes != ConvertOptions::Shapes::kStatic; }

  // Nothing has to be freed where every wish is what the source has already.
  bool NeedsFreeing() const {
    if (StaysOpen()) return true;
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      if (wanted_[i] != graph_.value(graph_.inputs()[i].value).type.shape) return true;
    }
    return false;
  }

  ir::Graph Fixed(const ir::Graph& graph) const {
    passes::Rewriter rewriter(graph);
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      const ir::Input& input = graph.inputs()[i];
      const ir::Value& value = graph.value(input.value);
      const TensorType type{value.type.dtype, FixedShape(input, value.type.shape, wanted_[i])};
      Shape default_shape = input.default_shape;
      for (int axis = 0; axis < default_shape.rank(); ++axis) {
        default_shape[axis] = MergedDim(wanted_[i][axis], default_shape[axis]);
      }
      rewriter.Map(input.value, rewriter.builder().AddInput(input.name, type, default_shape, value.names));
      if (StaysOpen()) rewriter.builder().SetCallShape(input.call);
    }
    for (const ir::Node& node : graph.nodes()) rewriter.CopyNode(node);
    return std::move(rewriter).Finish();
  }

  Shape FixedShape(const ir::Input& input, Shape shape, const Shape& wanted) const {
    for (int axis = 0; axis < shape.rank(); ++axis) {
      if (!DimsAgree(shape[axis], wanted[axis])) RefuseDim(input, axis, shape[axis], wanted[axis]);
      const Dim most = input.call.largest[axis];
      if (most != kDynamic && wanted[axis] > most) RefuseLength(input, axis, wanted[axis]);
      shape[axis] = MergedDim(shape[axis], wanted[axis]);
    }
    return shape;
  }

  [[noreturn]] void RefuseDim(const ir::Input& input, int axis, Dim have, Dim want) const {
    std::string reason;
    const std::string prefix = fmt::format("{} axis {} ", input.name, axis);
    for (std::size_t i = 0; held_ != nullptr && i < held_->size(); ++i) {
      if ((*held_)[i].starts_with(prefix)) reason = "; " + (*held_)[i];
    }
    Refuse(fmt::format("axis {} of input '{}' cannot be {}: it is {} in the graph{}", axis, input.name, want, have,
                       reason));
  }

  [[noreturn]] static void RefuseLength(const ir::Input& input, int axis, Dim want) {
    Refuse(fmt::format("axis {} of input '{}' cannot be {}: the graph cuts it out of a table of {}", axis, input.name,
                       want, input.call.largest[axis]));
  }

  const ir::Graph& graph_;
  const ShapeWishes& wishes_;
  std::vector<Shape> wanted_;  // by input; kDynamic where free
  bool batch_is_used_ = false;
  const std::vector<std::string>* held_ = nullptr;
};

}  // namespace

ir::Graph GrantShapes(const ir::Graph& graph, const ShapeWishes& wishes,
                      FunctionRef<ir::Graph(const ir::Graph&)> simplify, std::vector<std::string>& warnings) {
  return Granter(graph, wishes).Run(simplify, warnings);
}

}  // namespace stepwell::converter
