#pragma once

#include <memory>

#include "stepwell/ops/kernel.h"
#include "stepwell/ops/recurrent/fused_gru.h"
#include "stepwell/ops/recurrent/fused_lstm.h"
#include "stepwell/ops/recurrent/gru_rnn.h"
#include "stepwell/ops/recurrent/lstm_cell.h"
#include "stepwell/ops/recurrent/lstm_sequence.h"

namespace stepwell::ops::recurrent {

std::unique_ptr<const Kernel> MakeLstmCellKernel(const LstmCell& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeLstmSequenceKernel(const LstmSequence& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeGruCellKernel(const GruCell& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeGruSequenceKernel(const GruSequence& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeRnnCellKernel(const RnnCell& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeRnnSequenceKernel(const RnnSequence& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeFusedGruKernel(const FusedGru& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeFusedLstmKernel(const FusedLstm& op, const KernelSite& site);

}  // namespace stepwell::ops::recurrent
