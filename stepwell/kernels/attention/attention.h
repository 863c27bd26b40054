#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "stepwell/base/parallel.h"

namespace stepwell::kernels {

// The elements from one index of an axis of [batch, heads, rows, columns] to the next; 0 along what is broadcast.
struct AttentionStrides {
  std::int64_t batch = 0;
  std::int64_t head = 0;
  std::int64_t row = 0;
  std::int64_t column = 1;
};

// out[b, h, m, :] = sum over n of p[n] * v[b, h, n, :] with p = softmax over n of (scale * q[b, h, m, :] . k[b, h, n,
// :]
// + mask[b, h, m, n]). Tensors lie in memory as their strides say, so that heads need not be brought together first.
struct AttentionShape {
  std::int64_t batch = 1;
  std::int64_t heads = 1;
  std::int64_t rows = 0;         // M, queries
  std::int64_t keys = 0;         // N
  std::int64_t depth = 0;        // of q and k
  std::int64_t value_depth = 0;  // of v and out
  float scale = 1;
  AttentionStrides q;                         // column 1
  AttentionStrides k;                         // any
  AttentionStrides v;                         // column 1
  AttentionStrides out;                       // column 1
  std::optional<AttentionStrides> mask = {};  // column 0 or 1; none: no mask
};

struct AttentionTensors {
  const float* q = nullptr;
  const float* k = nullptr;
  const float* v = nullptr;
  const float* mask = nullptr;
  float* out = nullptr;
};

// Memory that Attention works in, aligned to 64 bytes, for a team of that many members.
std::size_t AttentionScratchBytes(const AttentionShape& shape, int members);

// Products are summed as Multiply() promises, the softmax as Softmax() does but divided by its sum at the end, so the
// bits of a row depend on its own query, keys, values and mask only. A NaN stays in its row. Allocates nothing.
void Attention(const AttentionShape& shape, const AttentionTensors& tensors, std::span<std::byte> scratch,
               WorkerTeam& team = WorkerTeam::Shared());

}  // namespace stepwell::kernels
