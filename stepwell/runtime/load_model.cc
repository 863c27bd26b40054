#include <fmt/format.h>

#include "stepwell/base/error.h"
#include "stepwell/ir/ir_file.h"
#include "stepwell/ops/registry.h"
#include "stepwell/runtime/loaded_model.h"

namespace stepwell::runtime {

std::shared_ptr<const LoadedModel> LoadedModel::Load(const std::filesystem::path& xml_path) {
  ir::Graph graph = ir::ReadIr(xml_path, ops::MakeOp);
  return While([&] { return fmt::format("preparing '{}'", xml_path.string()); }, [&] { return Of(std::move(graph)); });
}

std::shared_ptr<const LoadedModel> LoadedModel::Load(const std::filesystem::path& xml_path,
                                                     const WeightCacheOptions& cache) {
  const ModelFiles files = ModelFiles::LookAt(xml_path);
  ir::Graph graph = ir::ReadIr(xml_path, ops::MakeOp);
  return While([&] { return fmt::format("preparing '{}'", xml_path.string()); },
               [&] { return Of(std::move(graph), files, cache); });
}

}  // namespace stepwell::runtime
