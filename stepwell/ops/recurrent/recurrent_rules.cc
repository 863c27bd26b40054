#include "stepwell/ops/import_rule.h"
#include "stepwell/ops/op_rule.h"
#include "stepwell/ops/recurrent/recurrent_imports.h"
#include "stepwell/ops/recurrent/recurrent_kernels.h"

namespace stepwell::ops::recurrent {

// FusedLstm and FusedGru are no layers of a file, so the reader does not make them.
std::span<const OpRule> OpRules() {
  static constexpr OpRule kRules[] = {OpRuleFor<LstmCell>(),    OpRuleFor<LstmSequence>(), OpRuleFor<GruCell>(),
                                      OpRuleFor<GruSequence>(), OpRuleFor<RnnCell>(),      OpRuleFor<RnnSequence>()};
  return kRules;
}

std::span<const ImportRule> ImportRules() {
  static constexpr ImportRule kRules[] = {
      {"BlockLSTM", ImportBlockLstm},
      {"BlockLSTMV2", ImportBlockLstm},
      {"LSTMBlockCell", ImportLstmBlockCell},
  };
  return kRules;
}

std::span<const KernelRule> KernelRules() {
  static constexpr KernelRule kRules[] = {
      KernelFor<LstmCell, MakeLstmCellKernel>(),   KernelFor<LstmSequence, MakeLstmSequenceKernel>(),
      KernelFor<GruCell, MakeGruCellKernel>(),     KernelFor<GruSequence, MakeGruSequenceKernel>(),
      KernelFor<RnnCell, MakeRnnCellKernel>(),     KernelFor<RnnSequence, MakeRnnSequenceKernel>(),
      KernelFor<FusedLstm, MakeFusedLstmKernel>(), KernelFor<FusedGru, MakeFusedGruKernel>(),
  };
  return kRules;
}

}  // namespace stepwell::ops::recurrent
