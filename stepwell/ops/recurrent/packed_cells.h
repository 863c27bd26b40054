#pragma once

#include <memory>

#include "stepwell/kernels/recurrent/gru.h"
#include "stepwell/ops/recurrent/cell_step.h"
#include "stepwell/ops/recurrent/gru_rnn.h"

namespace stepwell::ops::recurrent {

// Steps over packed weights, which stay stored as they are in the model. Null where the site asks for the reference,
// weights are computed, or the activations (and, of an RNN, the clip) are not those that the kernels know.
std::unique_ptr<const CellStep> MakePackedGru(const GruAttributes& attributes, const CellWeights& weights,
                                              const KernelSite& site);
// The layer behind it, or null likewise.
std::shared_ptr<const kernels::GruLayer> MakeGruLayer(const GruAttributes& attributes, const CellWeights& weights,
                                                      const KernelSite& site);
std::unique_ptr<const CellStep> MakePackedRnn(const RnnAttributes& attributes, const CellWeights& weights,
                                              const KernelSite& site);

}  // namespace stepwell::ops::recurrent
