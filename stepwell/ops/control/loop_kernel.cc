#include "stepwell/ops/control/loop_kernel.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "stepwell/base/limits.h"
#include "stepwell/ops/control/body.h"
#include "stepwell/ops/control/body_plan.h"
#include "stepwell/ops/control/cut.h"
#include "stepwell/ops/integer_elements.h"

namespace stepwell::ops::control {
namespace {

using ir::SubgraphOp;

std::vector<OuterInput> OuterInputs(const KernelSite& site) {
  std::vector<OuterInput> outer;
  for (std::size_t i = 0; i < site.input_types.size(); ++i) outer.push_back({site.input_types[i], site.constants[i]});
  return outer;
}

// How often a loop runs. A TensorIterator runs once for every slice; a Loop asks its inputs.
enum class Counting : std::uint8_t { kSlices, kTripsAndCondition };

class LoopKernel final : public Kernel {
 public:
  LoopKernel(const SubgraphOp& op, Counting counting, const KernelSite& site)
      : counting_(counting), plan_(BodyFor(op, OuterInputs(site)), site), condition_(op.condition_output) {
    for (const SubgraphOp::InputMap& map : op.input_map) AddInput(map, op, site);
    for (const SubgraphOp::BackEdge& edge : op.back_edges) AddCarried(edge);
    for (const SubgraphOp::OutputMap& map : op.output_map) AddOutput(map, site);
    if (op.iteration_input) iteration_ = {AsSize(*op.iteration_input), Reserve(sizeof(std::int64_t))};
    memory_offset_ = Reserve(plan_.memory_bytes());
  }

  std::size_t scratch_bytes() const override { return scratch_bytes_; }
  bool ReadsInput(int input) const override {
    return std::find(packed_.begin(), packed_.end(), AsSize(input)) == packed_.end();
  }

  void Run(const KernelArgs& args) const override {
    BodyPlan::Memory memory(plan_, args.scratch.subspan(memory_offset_));
    for (const Whole& whole : wholes_) memory.SetInput(whole.body_input, args.inputs[whole.port].data);
    const Dim most = MostIterations(args);
    Dim done = 0;
    bool goes_on = counting_ == Counting::kSlices || IsTrue(args.inputs[Loop::kCondition].data);
    for (; goes_on && done < most; ++done) {
      if (counting_ == Counting::kTripsAndCondition) RequireAnEnd(done + 1);
      SetIterationInputs(done, args, memory);
      memory.Run();
      Deliver(done, args, memory);
      Carry(done, args, memory);
      goes_on = !condition_ || IsTrue(memory.output(AsSize(*condition_)));
    }
    if (done == 0) DeliverFirstValues(args, memory);
    RequirePlanned(done);
  }

 private:
  struct Whole {  // an outer tensor that the body sees as it is, at every iteration or at the first
    std::size_t port = 0;
    std::size_t body_input = 0;
  };
  struct SlicedInput {
    std::size_t port = 0;
    std::size_t body_input = 0;
    Cut cut;
    std::size_t buffer = 0;  // offset of a slice's copy
  };
  struct Carried {
    std::size_t body_output = 0;
    std::size_t body_input = 0;
    std::size_t bytes = 0;
    std::array<std::size_t, 2> banks{};  // offsets of the values for the next odd and the next even iteration
  };
  struct SlicedOutput {
    std::size_t port = 0;
    std::size_t body_output = 0;
    Cut cut;
  };
  struct LastOutput {
    std::size_t port = 0;
    std::size_t body_output = 0;
    std::size_t bytes = 0;
  };
  struct Iteration {  // the body input that takes the iteration's number
    std::size_t body_input = 0;
    std::size_t offset = 0;
  };

  static bool IsTrue(const std::byte* boolean) { return *boolean != std::byte{0}; }

  std::size_t Reserve(std::size_t bytes) {
    const std::size_t offset = scratch_bytes_;
    constexpr std::size_t kAlignment = AlignedBuffer::kAlignment;
    scratch_bytes_ = CheckedAdd(offset, CheckedAdd(bytes, kAlignment - 1) / kAlignment * kAlignment);
    return offset;
  }

  void AddInput(const SubgraphOp::InputMap& map, const SubgraphOp& op, const KernelSite& site) {
    const std::size_t port = AsSize(map.external_port);
    const std::size_t body_input = AsSize(map.body_input);
    if (!map.slicing) {
      wholes_.push_back({port, body_input});
      if (site.constants[port] != nullptr && !IsCarried(op, map.body_input)) packed_.push_back(port);
      return;
    }
    const Cut cut(site.input_types[port], *map.slicing);
    slices_ = std::min(slices_, cut.count());
    sliced_inputs_.push_back({port, body_input, cut, Reserve(cut.slice_bytes())});
  }

  void AddCarried(const SubgraphOp::BackEdge& edge) {
    const ir::Output& output = plan_.body().outputs()[AsSize(edge.body_output)];
    const std::size_t bytes = plan_.body().value(output.value).type.bytes();
    carried_.push_back({AsSize(edge.body_output), AsSize(edge.body_input), bytes, {Reserve(bytes), Reserve(bytes)}});
  }

  void AddOutput(const SubgraphOp::OutputMap& map, const KernelSite& site) {
    const std::size_t port = AsSize(map.external_port);
    const TensorType& type = site.output_types[port];
    if (!map.slicing) {
      last_outputs_.push_back({port, AsSize(map.body_output), type.bytes()});
      return;
    }
    const Cut cut(type, *map.slicing);
    planned_ = cut.count();
    sliced_outputs_.push_back({port, AsSize(map.body_output), cut});
  }

  Dim MostIterations(const KernelArgs& args) const {
    if (counting_ == Counting::kSlices) return slices_;
    const Dim trips = IntegerElements(args.inputs[Loop::kTripCount])[0];
    const Dim most = trips < 0 || trips > limits::kMostIterations ? limits::kMostIterations + 1 : trips;
    return planned_ ? std::min(most, *planned_ + 1) : most;  // one more would already be refused
  }

  static void RequireAnEnd(Dim done) {
    if (done <= limits::kMostIterations) return;
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("the body ran {} times and there is no end of it", limits::kMostIterations));
  }

  void SetIterationInputs(Dim iteration, const KernelArgs& args, BodyPlan::Memory& memory) const {
    if (iteration >= slices_) {
      throw Error(ErrorKind::kInvalidArgument,
                  fmt::format("iteration {} is asked for and the sliced inputs give {}", iteration, slices_));
    }
    for (const SlicedInput& input : sliced_inputs_) {
      std::byte* buffer = args.scratch.data() + input.buffer;
      memory.SetInput(input.body_input, input.cut.Take(iteration, args.inputs[input.port].data, buffer));
    }
    if (iteration_) {
      std::memcpy(args.scratch.data() + iteration_->offset, &iteration, sizeof iteration);
      memory.SetInput(iteration_->body_input, args.scratch.data() + iteration_->offset);
    }
  }

  void Deliver(Dim iteration, const KernelArgs& args, const BodyPlan::Memory& memory) const {
    for (const SlicedOutput& output : sliced_outputs_) {
      if (iteration >= output.cut.count()) return;  // RequirePlanned will refuse it
      output.cut.Put(iteration, memory.output(output.body_output), args.outputs[output.port].data);
    }
    for (const LastOutput& output : last_outputs_) {
      std::memcpy(args.outputs[output.port].data, memory.output(output.body_output), output.bytes);
    }
  }

  // Into the bank that this iteration did not read: what is carried may be one of its inputs as it stands.
  void Carry(Dim iteration, const KernelArgs& args, BodyPlan::Memory& memory) const {
    const std::size_t bank = iteration % 2 == 0 ? 0 : 1;
    for (const Carried& carried : carried_) {
      std::memcpy(args.scratch.data() + carried.banks[bank], memory.output(carried.body_output), carried.bytes);
    }
    for (const Carried& carried : carried_) {
      memory.SetInput(carried.body_input, args.scratch.data() + carried.banks[bank]);
    }
  }

  // What a loop gives that did not run: the first value of what would be carried to the next iteration.
  void DeliverFirstValues(const KernelArgs& args, const BodyPlan::Memory& memory) const {
    for (const LastOutput& output : last_outputs_) {
      const auto carried = std::find_if(carried_.begin(), carried_.end(), [&](const Carried& candidate) {
        return candidate.body_output == output.body_output;
      });
      if (carried == carried_.end()) {
        throw Error(ErrorKind::kInvalidArgument,
                    fmt::format("output {} has no value: the body ran no time and carries no first one", output.port));
      }
      std::memcpy(args.outputs[output.port].data, memory.input(carried->body_input), output.bytes);
    }
  }

  void RequirePlanned(Dim done) const {
    if (planned_ && done != *planned_) {
      throw Error(ErrorKind::kInvalidArgument,
                  fmt::format("the body ran {} times where the plan has {}", done, *planned_));
    }
  }

  Counting counting_;
  BodyPlan plan_;
  std::optional<std::int64_t> condition_;
  std::vector<Whole> wholes_;
  std::vector<std::size_t> packed_;  // ports of constants that the body holds itself
  std::vector<SlicedInput> sliced_inputs_;
  std::vector<Carried> carried_;
  std::vector<SlicedOutput> sliced_outputs_;
  std::vector<LastOutput> last_outputs_;
  std::optional<Iteration> iteration_;
  std::optional<Dim> planned_;                    // iterations that the outputs' shapes hold
  Dim slices_ = std::numeric_limits<Dim>::max();  // iterations that the sliced inputs give
  std::size_t memory_offset_ = 0;
  std::size_t scratch_bytes_ = 0;
};

}  // namespace

std::unique_ptr<const Kernel> MakeTensorIteratorKernel(const TensorIterator& op, const KernelSite& site) {
  return std::make_unique<LoopKernel>(op, Counting::kSlices, site);
}

std::unique_ptr<const Kernel> MakeLoopKernel(const Loop& op, const KernelSite& site) {
  return std::make_unique<LoopKernel>(op, Counting::kTripsAndCondition, site);
}

}  // namespace stepwell::ops::control
