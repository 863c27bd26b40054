#include "stepwell/converter/import/import_plan.h"

namespace stepwell::converter {

CutSet::CutSet(const ImportPlan& plan) {
  for (const ImportInput& input : plan.inputs) Add(input.cut);
  for (const ImportConstant& constant : plan.constants) Add(constant.cut);
}

void CutSet::Add(const Cut& cut) {
  tensors_.insert(cut.tensors.begin(), cut.tensors.end());
  if (cut.edge) edges_.insert(*cut.edge);
}

}  // namespace stepwell::converter
