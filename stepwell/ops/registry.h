#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "stepwell/ops/import_rule.h"
#include "stepwell/ops/kernel.h"
#include "stepwell/ops/op_rule.h"

// The tables of all families, gathered from families.def. A family that forgets a table is a link error.
namespace stepwell::ops {

// An ir::OpFactory over all families, for ir::ReadXml.
std::shared_ptr<ir::Op> MakeOp(std::string_view layer_type);

// Null when no family imports the TensorFlow op.
const ImportRule* FindImportRule(std::string_view source_op);
// Throws Error(kUnsupported) naming the op when no family has a kernel for it.
const KernelRule& FindKernelRule(std::string_view op_name);
std::unique_ptr<const Kernel> MakeKernel(const ir::Op& op, const KernelSite& site);

// A layer of IR that can be read and run: its type, and the opset under which it is written.
struct LayerType {
  std::string_view name;
  std::string_view opset;
};
// In alphabetical order. The ops that exist only inside a compiled plan are not among them: no file holds one.
std::vector<LayerType> AllLayerTypes();

std::vector<OpRule> AllOpRules();
std::vector<ImportRule> AllImportRules();

}  // namespace stepwell::ops
