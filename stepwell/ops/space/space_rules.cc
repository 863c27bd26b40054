#include "stepwell/ops/import_rule.h"
#include "stepwell/ops/op_rule.h"
#include "stepwell/ops/space/space_kernel.h"

namespace stepwell::ops::space {
namespace {

// TensorFlow speaks of the axes behind the batch, as many as there are blocks; IR of all.
template <class ConcreteOp>
std::vector<ir::ValueId> Import(const ImportSite& site) {
  const Shape& data = site.type(0).shape;
  if (!data.has_rank()) throw Error(ErrorKind::kUnsupported, "the rank of the data must be known");
  const std::vector<std::int64_t> blocks = site.ConstInts(1);
  const std::vector<std::int64_t> edges = site.ConstInts(2);  // [blocks, 2]
  if (edges.size() != 2 * blocks.size() || blocks.size() >= AsSize(data.rank())) {
    throw Error(ErrorKind::kInvalidModel, "there must be two paddings for each block, and an axis before them");
  }
  std::vector<std::int64_t> block_shape(AsSize(data.rank()), 1);
  std::vector<std::int64_t> begins(block_shape.size(), 0);
  std::vector<std::int64_t> ends = begins;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    block_shape[i + 1] = blocks[i];
    begins[i + 1] = edges[2 * i];
    ends[i + 1] = edges[2 * i + 1];
  }
  return {site.Add("", ConcreteOp(),
                   {site.input(0), site.Ints("blocks", std::move(block_shape)), site.Ints("begins", std::move(begins)),
                    site.Ints("ends", std::move(ends))})};
}

}  // namespace

std::span<const OpRule> OpRules() {
  static constexpr OpRule kRules[] = {OpRuleFor<SpaceToBatch>(), OpRuleFor<BatchToSpace>()};
  return kRules;
}

std::span<const ImportRule> ImportRules() {
  static constexpr ImportRule kRules[] = {{"SpaceToBatchND", Import<SpaceToBatch>},
                                          {"BatchToSpaceND", Import<BatchToSpace>}};
  return kRules;
}

std::span<const KernelRule> KernelRules() {
  static constexpr KernelRule kRules[] = {KernelFor<SpaceToBatch, MakeSpaceToBatchKernel>(),
                                          KernelFor<BatchToSpace, MakeBatchToSpaceKernel>()};
  return kRules;
}

}  // namespace stepwell::ops::space
