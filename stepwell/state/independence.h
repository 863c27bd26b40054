#pragma once

#include <array>
#include <memory>
#include <vector>

#include "stepwell/state/batch_stepper.h"

namespace stepwell::state {

// Two streams with random states and inputs, the same ones whenever they are made, to find out whether a model keeps
// streams of one call apart. Floats lie between -1 and 1; of everything else the first stream has ones and the second
// zeros, which any model takes for a length, a character or a word.
class RandomStreams {
 public:
  RandomStreams(const std::shared_ptr<const StateLayout>& layout, std::span<const runtime::Plan::Port> inputs,
                std::span<const runtime::Plan::Port> outputs);

  std::span<const BatchStepper::Row> rows() const { return rows_; }
  // Whether states and outputs agree bit for bit.
  bool IsSameAs(const RandomStreams& other) const;

 private:
  struct Stream {
    State state;
    std::vector<Tensor> inputs;
    std::vector<Tensor> outputs;
    std::vector<ConstTensorView> input_views;
    std::vector<TensorView> output_views;
  };

  std::vector<Stream> streams_;
  std::vector<BatchStepper::Row> rows_;
};

}  // namespace stepwell::state
