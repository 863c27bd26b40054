#include "stepwell/ops/layout/layout_imports.h"
#include "stepwell/ops/layout/layout_kernels.h"
#include "stepwell/ops/layout/reshape.h"
#include "stepwell/ops/layout/squeeze.h"
#include "stepwell/ops/op_rule.h"

namespace stepwell::ops::layout {
namespace {

template <class ViewOp>
std::unique_ptr<const Kernel> MakeViewKernelOf(const ViewOp&, const KernelSite& site) {
  return MakeViewKernel(site);
}

}  // namespace

std::span<const OpRule> OpRules() {
  static constexpr OpRule kRules[] = {
      OpRuleFor<Reshape>(),   OpRuleFor<Squeeze>(), OpRuleFor<Unsqueeze>(),     OpRuleFor<Transpose>(),
      OpRuleFor<Concat>(),    OpRuleFor<Split>(),   OpRuleFor<VariadicSplit>(), OpRuleFor<Tile>(),
      OpRuleFor<Broadcast>(), OpRuleFor<Slice>(),   OpRuleFor<StridedSlice>(),  OpRuleFor<Pad>(),
      OpRuleFor<ShapeOf>(),   OpRuleFor<Range>(),
  };
  return kRules;
}

std::span<const ImportRule> ImportRules() {
  static constexpr ImportRule kRules[] = {
      {"Reshape", ImportReshape},
      {"ExpandDims", ImportExpandDims},
      {"Squeeze", ImportSqueeze},
      {"Transpose", ImportTranspose},
      {"Concat", ImportConcat},
      {"ConcatV2", ImportConcatV2},
      {"Pack", ImportPack},
      {"Unpack", ImportUnpack},
      {"Split", ImportSplit},
      {"SplitV", ImportSplitV},
      {"Tile", ImportTile},
      {"Fill", ImportFill},
      {"BroadcastTo", ImportBroadcastTo},
      {"Slice", ImportSlice},
      {"StridedSlice", ImportStridedSlice},
      {"Pad", ImportPad},
      {"PadV2", ImportPad},
      {"MirrorPad", ImportMirrorPad},
      {"Shape", ImportShape},
      {"Rank", ImportRank},
      {"Size", ImportSize},
      {"Range", ImportRange},
  };
  return kRules;
}

std::span<const KernelRule> KernelRules() {
  static constexpr KernelRule kRules[] = {
      KernelFor<Reshape, MakeViewKernelOf<Reshape>>(),
      KernelFor<Squeeze, MakeViewKernelOf<Squeeze>>(),
      KernelFor<Unsqueeze, MakeViewKernelOf<Unsqueeze>>(),
      KernelFor<Transpose, MakeTransposeKernel>(),
      KernelFor<Concat, MakeConcatKernel>(),
      KernelFor<Split, MakeSplitKernel>(),
      KernelFor<VariadicSplit, MakeVariadicSplitKernel>(),
      KernelFor<Tile, MakeTileKernel>(),
      KernelFor<Broadcast, MakeBroadcastKernel>(),
      KernelFor<Slice, MakeSliceKernel>(),
      KernelFor<StridedSlice, MakeStridedSliceKernel>(),
      KernelFor<Pad, MakePadKernel>(),
      KernelFor<ShapeOf, MakeShapeOfKernel>(),
      KernelFor<Range, MakeRangeKernel>(),
  };
  return kRules;
}

}  // namespace stepwell::ops::layout
