#include "stepwell/quantize/stored_form.h"

#include "stepwell/base/error.h"
#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/elementwise/convert.h"
#include "stepwell/ops/layout/reshape.h"
#include "stepwell/quantize/compensated_rounding.h"

namespace stepwell::quantize {
namespace {

struct Choice {
  WeightFormat format;
  std::int64_t group;
};

Choice ChoiceFor(std::int64_t inputs, const QuantizeOptions& options) {
  constexpr Choice kPerChannel = {WeightFormat::kInt8, 0};
  if (options.format == WeightFormat::kBf16) return {WeightFormat::kBf16, 0};
  if (options.group) {
    if (*options.group == 0) return {options.format, 0};
    return inputs % *options.group == 0 ? Choice{options.format, *options.group} : kPerChannel;
  }
  if (options.format == WeightFormat::kInt8) return kPerChannel;
  for (const std::int64_t group : {64, 32}) {
    if (inputs % group == 0) return {WeightFormat::kInt4, group};
  }
  return kPerChannel;
}

DType DTypeOfFormat(WeightFormat format) {
  if (format == WeightFormat::kBf16) return DType::kBF16;
  return format == WeightFormat::kInt8 ? DType::kI8 : DType::kI4;
}

RoundedWeights RoundUnchecked(const ir::ConstantData& weights, const StoredForm& form, const TriangularFactor* factor) {
  if (form.format == WeightFormat::kBf16) return RoundToBFloat16(weights.bytes);
  const DType dtype = DTypeOfFormat(form.format);
  if (factor == nullptr) return RoundToIntegers(weights.bytes, form.runs, dtype);
  const SharedBytes bytes = weights.AlignedBytes();
  const auto floats = ConstTensorView(weights.type, bytes.data()).as<float>();
  return RoundCompensated(floats, form.runs, dtype, *factor);
}

}  // namespace

StoredForm StoredFormOf(const Shape& shape, SummedAxis summed, const QuantizeOptions& options, Precision precision) {
  const int axis = shape.rank() - (summed == SummedAxis::kLast ? 1 : 2);
  const Choice choice =
      precision == Precision::kHigh ? Choice{WeightFormat::kBf16, 0} : ChoiceFor(shape[axis], options);
  StoredForm form;
  form.shape = shape;
  form.inputs = shape[axis];
  form.format = choice.format;
  form.group = choice.group;
  if (choice.format != WeightFormat::kBf16) form.activations = ActivationsOf(options);
  for (int i = 0; i < shape.rank(); ++i) {
    const bool is_summed = i == axis;
    const std::int64_t length = is_summed && choice.group > 0 ? choice.group : shape[i];
    if (is_summed && choice.group > 0) {
      form.values.Append(shape[i] / choice.group);
      form.scales.Append(shape[i] / choice.group);
      form.runs.outer *= shape[i] / choice.group;
    }
    form.values.Append(length);
    form.scales.Append(is_summed ? 1 : length);
    (is_summed ? form.runs.length : i < axis ? form.runs.outer : form.runs.inner) *= length;
  }
  return form;
}

RoundedWeights Round(const ir::ConstantData& weights, const StoredForm& form, const TriangularFactor* factor) {
  const RoundedWeights rounded = RoundUnchecked(weights, form, factor);
  if (!rounded.error.is_finite) {
    throw Error(ErrorKind::kInvalidModel,
                "finite weights were expected and NaN, infinity, or a number too large for the format found; keep them "
                "as they are with --keep");
  }
  return rounded;
}

ir::ValueId AddStored(ir::GraphBuilder& builder, const std::string& name, const StoredForm& form,
                      const RoundedWeights& rounded) {
  const DType dtype = DTypeOfFormat(form.format);
  ir::ConstantData values = ir::ConstantData::Of({dtype, form.values}, rounded.values);
  values.activations = form.activations;
  const ir::ValueId stored = builder.AddConstant(name + "_stored", std::move(values));
  const bool has_scales = form.format != WeightFormat::kBf16;
  const ir::ValueId converted =
      builder.AddOne(has_scales ? name + "_converted" : name, ops::elementwise::Convert(DType::kF32), {stored});
  if (!has_scales) return converted;
  const ir::ValueId scales = builder.AddConstant(
      name + "_scales", ir::ConstantData::Of(Tensor::Of<float>(form.scales, std::span(rounded.scales))));
  const ir::ValueId scaled =
      builder.AddOne(form.group > 0 ? name + "_scaled" : name, ops::elementwise::Multiply(), {converted, scales});
  if (form.group == 0) return scaled;
  const ir::ValueId shape =
      builder.AddInts(name + "_shape", std::vector<std::int64_t>(form.shape.dims().begin(), form.shape.dims().end()));
  return builder.AddOne(name, ops::layout::Reshape(), {scaled, shape});
}

}  // namespace stepwell::quantize
