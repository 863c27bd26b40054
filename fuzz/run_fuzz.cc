#include <memory>
#include <vector>

#include "fuzz/support/fuzz_target.h"
#include "fuzz/support/parts.h"
#include "fuzz/support/scratch_folder.h"
#include "stepwell/runtime/loaded_model.h"
#include "stepwell/runtime/session.h"

// IR as `ir` reads it, then a plan for the default shapes and one call on zeros.

namespace stepwell::fuzz {
namespace {

template <class View>
std::vector<View> ViewsOf(std::span<const runtime::Plan::Port> ports, std::vector<Tensor>& tensors) {
  std::vector<View> views;
  for (const auto& port : ports) views.push_back(tensors.emplace_back(port.type).view());
  return views;
}

}  // namespace

void FuzzOne(Bytes input) {
  const auto& folder = ScratchFolder::OfProcess();
  const auto [xml, bin] = TwoFiles(input);
  folder.Write("model.bin", bin);
  const auto model = runtime::LoadedModel::Load(folder.Write("model.xml", xml));
  const auto plan = model->PlanFor(model->DefaultRequest());
  std::vector<Tensor> tensors;  // their memory stays where it is when the vector grows
  const auto inputs = ViewsOf<ConstTensorView>(plan->inputs(), tensors);
  const auto outputs = ViewsOf<TensorView>(plan->outputs(), tensors);
  runtime::Session(plan).Run(inputs, outputs);
}

}  // namespace stepwell::fuzz
