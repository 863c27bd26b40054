#include "stepwell/passes/convolution_window.h"

#include "stepwell/ops/conv/convolution.h"
#include "stepwell/ops/conv/group_convolution.h"

namespace stepwell::passes {

using ops::conv::Convolution;
using ops::conv::GroupConvolution;

const ops::conv::Window* ConvolutionWindow(const ir::Op& op) {
  if (const auto* convolution = ir::As<Convolution>(op)) return &convolution->window;
  if (const auto* convolution = ir::As<GroupConvolution>(op)) return &convolution->window;
  return nullptr;
}

std::shared_ptr<const ir::Op> WithWindow(const ir::Op& op, ops::conv::Window window) {
  if (ir::As<Convolution>(op) != nullptr) {
    auto convolution = std::make_shared<Convolution>();
    convolution->window = std::move(window);
    return convolution;
  }
  auto convolution = std::make_shared<GroupConvolution>();
  convolution->window = std::move(window);
  return convolution;
}

}  // namespace stepwell::passes
