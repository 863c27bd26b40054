#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "stepwell/ir/op.h"

namespace stepwell::ir {

// A layer of a file whose `.bin` is missing: it has the types that the file declares, and stands for a constant
// ("Const") or for an op whose shapes may follow from constants. Has no kernel.
class DeclaredLayer final : public Op {
 public:
  DeclaredLayer(std::shared_ptr<const Op> op, std::vector<TensorType> types)
      : op_(std::move(op)), types_(std::move(types)) {}

  std::string_view name() const override { return op_->name(); }
  std::string_view opset() const override { return op_->opset(); }
  std::vector<TensorType> Infer(const InferContext&) const override { return types_; }
  void Read(FieldReader&) override {}
  void Write(FieldWriter& field) const override { op_->Write(field); }

 private:
  std::shared_ptr<const Op> op_;
  std::vector<TensorType> types_;  // by output
};

}  // namespace stepwell::ir
