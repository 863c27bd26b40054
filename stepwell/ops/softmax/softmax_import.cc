#include "stepwell/ops/softmax/softmax_import.h"

#include "stepwell/ops/elementwise/unary.h"
#include "stepwell/ops/select/gather.h"
#include "stepwell/ops/softmax/softmax.h"

namespace stepwell::ops::softmax {
namespace {

// TensorFlow's are along the last axis always.
template <class SoftmaxOp>
SoftmaxOp AlongLastAxis() {
  SoftmaxOp op;
  op.axis = -1;
  return op;
}

}  // namespace

std::vector<ir::ValueId> ImportSoftmax(const ImportSite& site) {
  return {site.Add({}, AlongLastAxis<SoftMax>(), {site.input(0)})};
}

std::vector<ir::ValueId> ImportLogSoftmax(const ImportSite& site) {
  return {site.Add({}, AlongLastAxis<LogSoftmax>(), {site.input(0)})};
}

// loss[row] = -log_softmax(logits)[row, labels[row]].
std::vector<ir::ValueId> ImportSparseCrossEntropy(const ImportSite& site) {
  if (site.node.IsOutputUsed(1)) {
    throw Error(ErrorKind::kUnsupported, "the gradient that node '" + std::string(site.node.name()) +
                                             "' gives as its second output is not supported; only its loss is");
  }
  const ir::ValueId log_probabilities = site.Add("log_softmax", AlongLastAxis<LogSoftmax>(), {site.input(0)});
  select::Gather pick;
  pick.batch_dims = 1;
  const ir::ValueId picked = site.Add("at_labels", pick, {log_probabilities, site.input(1), site.Int("axis", 1)});
  const ir::ValueId loss = site.Add({}, elementwise::Negative(), {picked});
  return {loss, log_probabilities};
}

}  // namespace stepwell::ops::softmax
