#include "stepwell/ops/matmul/matmul_import.h"

#include "stepwell/ops/matmul/matmul.h"

namespace stepwell::ops::matmul {
namespace {

std::vector<ir::ValueId> Import(const ImportSite& site, std::string_view transpose_a, std::string_view transpose_b) {
  MatMul op;
  op.transpose_a = site.node.BoolAttr(transpose_a, false);
  op.transpose_b = site.node.BoolAttr(transpose_b, false);
  return {site.Add({}, op, {site.input(0), site.input(1)})};
}

}  // namespace

std::vector<ir::ValueId> ImportMatMul(const ImportSite& site) { return Import(site, "transpose_a", "transpose_b"); }
// "adj" is the adjoint, which for real numbers is the transpose.
std::vector<ir::ValueId> ImportBatchMatMul(const ImportSite& site) { return Import(site, "adj_x", "adj_y"); }

}  // namespace stepwell::ops::matmul
