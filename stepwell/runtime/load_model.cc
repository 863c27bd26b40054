#include "stepwell/ir/ir_file.h"
#include "stepwell/ops/registry.h"
#include "stepwell/runtime/loaded_model.h"

namespace stepwell::runtime {

std::shared_ptr<const LoadedModel> LoadedModel::Load(const std::filesystem::path& xml_path) {
  return Of(ir::ReadIr(xml_path, ops::MakeOp));
}

}  // namespace stepwell::runtime
