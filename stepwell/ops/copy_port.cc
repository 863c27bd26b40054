#include "stepwell/ops/copy_port.h"

namespace stepwell::ops {
namespace {

kernels::ConstParts PartsOfInput(const KernelArgs& args, std::size_t input) {
  const ConstTensorView& whole = args.inputs[input];
  const ConstRows rows = args.RowsOfInput(input).empty() ? ConstRows(&whole.data, 1) : args.RowsOfInput(input);
  return {rows, whole.size_bytes() / rows.size()};
}

}  // namespace

kernels::Parts PartsOfOutput(const KernelArgs& args, std::size_t output) {
  const TensorView& whole = args.outputs[output];
  const Rows rows = args.RowsOfOutput(output).empty() ? Rows(&whole.data, 1) : args.RowsOfOutput(output);
  return {rows, whole.size_bytes() / rows.size()};
}

void CopyPort(const kernels::StridedCopy& copy, const KernelArgs& args, std::size_t input, std::size_t output,
              std::size_t element_bytes) {
  if (args.RowsOfInput(input).empty() && args.RowsOfOutput(output).empty()) {
    return copy.Run(args.inputs[input].data, args.outputs[output].data, element_bytes);
  }
  copy.Run(PartsOfInput(args, input), PartsOfOutput(args, output), element_bytes);
}

}  // namespace stepwell::ops
