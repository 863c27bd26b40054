#include "stepwell/passes/computed_bytes.h"

#include <fmt/format.h>

#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "stepwell/ir/subgraph.h"
#include "stepwell/ops/elementwise/convert.h"
#include "stepwell/ops/layout/concat.h"
#include "stepwell/passes/evaluate.h"
#include "stepwell/passes/op_text.h"
#include "stepwell/passes/recipe.h"

namespace stepwell::passes {
namespace {

// Among constants that are computed from each other, one is held whenever this many times its own bytes and its
// inputs' would be read and computed to have it.
constexpr std::size_t kMostWork = 16;

std::size_t WorkOf(std::span<const ir::ConstantData> inputs) {
  std::size_t work = 0;
  for (const ir::ConstantData& input : inputs) work = CheckedAdd(work, input.bytes.work());
  return work;
}

// What an op makes of constants; not known of a loop, whose body has no text.
bool TellOp(Recipe& recipe, const ir::Op& op, std::size_t port, std::span<const ir::ConstantData> inputs) {
  if (ir::As<ir::SubgraphOp>(op) != nullptr) return false;
  recipe.AddText(fmt::format("{}:{} of {}", OpText(op), port, inputs.size()));
  for (const ir::ConstantData& input : inputs) {
    recipe.AddText(ToText(input.type));
    recipe.AddBytes(input.bytes);
  }
  return true;
}

// What all sources here are.
class DerivedBytes : public ByteSource, public HasRecipe {};

// Output `port` of an op on constants.
class ComputedBytes : public DerivedBytes {
 public:
  ComputedBytes(const ir::Node& node, std::span<const ir::ConstantData> inputs, std::size_t port, std::size_t size,
                std::size_t work)
      : name_(node.name), op_(node.op), inputs_(inputs.begin(), inputs.end()), port_(port), size_(size), work_(work) {}

  std::size_t size() const override { return size_; }
  std::size_t work() const override { return work_; }
  void Stream(Take take) const override { take(Make().span()); }
  bool Tell(Recipe& recipe) const override { return TellOp(recipe, *op_, port_, inputs_); }

  SharedBytes Make() const override {
    const auto frame = [&] { return fmt::format("computing the constant '{}' ({})", name_, op_->name()); };
    return While(frame, [&] {
      const std::vector<ir::ConstantData> results = EvaluateOp(*op_, inputs_, ops::KernelSet::kFast);
      for (const ir::ConstantData& input : inputs_) input.bytes.ReleasePages();
      return results.at(port_).bytes.Get();
    });
  }

 private:
  std::string name_;
  std::shared_ptr<const ir::Op> op_;
  std::vector<ir::ConstantData> inputs_;
  std::size_t port_;
  std::size_t size_;
  std::size_t work_;
};

// What a Convert gives, piece by piece: weights that are stored in 16 bits are never whole in memory in 32.
class ConvertedBytes : public DerivedBytes {
 public:
  ConvertedBytes(const ir::Node& node, const ir::ConstantData& input, const TensorType& type, std::size_t work)
      : op_(node.op), input_(input), size_(type.bytes()), work_(work) {}

  std::size_t size() const override { return size_; }
  std::size_t work() const override { return work_; }
  bool Tell(Recipe& recipe) const override { return TellOp(recipe, *op_, 0, std::span(&input_, 1)); }

  void Stream(Take take) const override {
    input_.bytes.Stream([&](std::span<const std::byte> piece) {
      const TensorType type{input_.type.dtype, {std::ssize(piece) / (DTypeBits(input_.type.dtype) / 8)}};
      const auto elements = ir::ConstantData::Of(type, SharedBytes(nullptr, piece));
      take(EvaluateOp(*op_, std::span(&elements, 1), ops::KernelSet::kFast).at(0).bytes.Get().span());
    });
  }

 private:
  std::shared_ptr<const ir::Op> op_;
  ir::ConstantData input_;
  std::size_t size_;
  std::size_t work_;
};

bool IsPiecewise(const ir::Node& node, const ir::ConstantData& input, const TensorType& type) {
  return ir::As<ops::elementwise::Convert>(*node.op) != nullptr && DTypeBits(input.type.dtype) % 8 == 0 &&
         DTypeBits(type.dtype) % 8 == 0;
}

// Collects small pieces into larger ones.
class PieceBuffer {
 public:
  explicit PieceBuffer(ByteSource::Take take) : take_(take), buffer_(kBytes) {}

  bool Fits(std::size_t bytes) const { return bytes <= kBytes - filled_; }
  void Append(std::span<const std::byte> bytes) {
    std::memcpy(buffer_.data() + filled_, bytes.data(), bytes.size());
    filled_ += bytes.size();
  }
  void Flush() {
    if (filled_ > 0) take_(std::as_const(buffer_).span().first(filled_));
    filled_ = 0;
  }

 private:
  static constexpr std::size_t kBytes = std::size_t{4} << 20;
  ByteSource::Take take_;
  AlignedBuffer buffer_;
  std::size_t filled_ = 0;
};

// Parts joined along an axis: of each in turn one row, `rows` times.
class JoinedBytes : public DerivedBytes {
 public:
  JoinedBytes(std::span<const ir::ConstantData> parts, std::size_t rows, std::size_t size)
      : rows_(rows), size_(size), work_(CheckedAdd(size, WorkOf(parts))) {
    for (const ir::ConstantData& part : parts) parts_.push_back(part.bytes);
  }

  std::size_t size() const override { return size_; }
  std::size_t work() const override { return work_; }
  bool Tell(Recipe& recipe) const override {
    recipe.AddText(fmt::format("{} parts joined {} times", parts_.size(), rows_));
    for (const LazyBytes& part : parts_) recipe.AddBytes(part);
    return true;
  }

  void Stream(Take take) const override {
    if (rows_ > 1) return StreamRows(take);
    for (const LazyBytes& part : parts_) part.Stream(take);
  }

 private:
  void StreamRows(Take take) const {
    std::vector<SharedBytes> held;
    for (const LazyBytes& part : parts_) held.push_back(part.Get());
    PieceBuffer buffer(take);
    std::size_t released = 0;
    for (std::size_t row = 0; row < rows_; ++row) {
      for (const SharedBytes& part : held) {
        const std::size_t row_bytes = part.size() / rows_;
        const std::span<const std::byte> piece = part.span().subspan(row * row_bytes, row_bytes);
        if (!buffer.Fits(piece.size())) {
          buffer.Flush();
          for (const SharedBytes& read : held) ReleaseRows(read, released, row);
          released = row;
        }
        if (buffer.Fits(piece.size())) {
          buffer.Append(piece);
        } else {
          LazyBytes(part.Slice(row * row_bytes, row_bytes)).Stream(take);
        }
      }
    }
    buffer.Flush();
    for (const SharedBytes& read : held) read.ReleasePages();
  }

  void ReleaseRows(const SharedBytes& part, std::size_t first, std::size_t end) const {
    const std::size_t row_bytes = part.size() / rows_;
    part.Slice(first * row_bytes, (end - first) * row_bytes).ReleasePages();
  }

  std::vector<LazyBytes> parts_;
  std::size_t rows_;
  std::size_t size_;
  std::size_t work_;
};

ir::ConstantData Joined(std::int64_t axis, std::span<const ir::ConstantData> parts, const TensorType& type) {
  std::size_t rows = 1;
  for (int i = 0; i < NormalizedAxis(axis, type.shape.rank()); ++i) rows = CheckedMul(rows, AsSize(type.shape[i]));
  return ir::ConstantData::Of(type, LazyBytes(std::make_shared<const JoinedBytes>(parts, rows, type.bytes())));
}

}  // namespace

std::optional<std::vector<ir::ConstantData>> ComputedWhenRead(const ir::Node& node,
                                                              std::span<const ir::ConstantData> constants,
                                                              std::span<const TensorType> types) {
  if (node.op->IsView()) return std::vector{ir::ConstantData::Of(types[0], constants[0].bytes)};
  std::size_t bytes = 0;
  for (const TensorType& type : types) bytes = CheckedAdd(bytes, type.bytes());
  const std::size_t work = CheckedAdd(bytes, WorkOf(constants));
  std::size_t input_bytes = 0;
  for (const ir::ConstantData& constant : constants) input_bytes = CheckedAdd(input_bytes, constant.bytes.size());
  if (work / kMostWork > CheckedAdd(bytes, input_bytes)) return std::nullopt;
  if (const auto* concat = ir::As<ops::layout::Concat>(*node.op); concat != nullptr) {
    if (DTypeBits(types[0].dtype) % 8 == 0) return std::vector{Joined(concat->axis, constants, types[0])};
  }
  if (IsPiecewise(node, constants[0], types[0])) {
    return std::vector{ir::ConstantData::Of(
        types[0], LazyBytes(std::make_shared<const ConvertedBytes>(node, constants[0], types[0], work)))};
  }
  std::vector<ir::ConstantData> results;
  for (std::size_t port = 0; port < types.size(); ++port) {
    results.push_back(ir::ConstantData::Of(types[port], LazyBytes(std::make_shared<const ComputedBytes>(
                                                            node, constants, port, types[port].bytes(), work))));
  }
  return results;
}

bool IsComputedWhenRead(const ir::ConstantData& constant) {
  return dynamic_cast<const DerivedBytes*>(constant.bytes.source().get()) != nullptr;
}

}  // namespace stepwell::passes
