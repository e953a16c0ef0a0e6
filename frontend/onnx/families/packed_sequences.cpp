//===- packed_sequences.cpp - Sequences one after another -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/packed_sequences.h"

#include "frontend/onnx/support/checked_index.h"
#include "frontend/onnx/support/parameter_shape.h"

#include <limits>

namespace landfall::frontend {

namespace {

/// `ends` as i64, rising from 0 to `tokens`, or the run fails.
Tensor checked_starts(const Node &node, Tensor ends, const std::string &name,
                      Size tokens) {
  Builder &b = node.b();
  Size limit = tokens + 1, batch = ends.dim(0) - 1;
  Tensor inside =
      CheckedIndex(node, ends, {&limit, 1}, CheckedIndex::Negative::refused)
          .tensor();
  LoopsResult result{DType::i64, ends.shape(), {}};
  return b.loops({ends.dim(0)}, {&result, 1},
                 [&](std::span<const Scalar> p, std::span<const Buffer> out) {
                   Scalar end = inside.at(p), first = p[0] == 0;
                   Scalar before = inside.at({maximum(p[0] - 1, 0)});
                   Scalar rises = select(first, end == 0, before <= end);
                   Scalar last = p[0] == b.scalar(batch);
                   Scalar all =
                       logical_or(logical_not(last), end == b.scalar(tokens));
                   b.check(logical_and(rises, all),
                           name + " must rise from 0 to the number of tokens");
                   out[0].store(p, end);
                 })[0];
}

} // namespace

PackedSequences sequences_ending_at(const Node &node, Tensor ends,
                                    const std::string &name, Size tokens) {
  Builder &b = node.b();
  b.require(less(0, ends.dim(0)), name + " needs B + 1 entries");
  Size batch = ends.dim(0) - 1;
  Tensor starts = checked_starts(node, ends, name, tokens);
  Tensor owners = b.map({tokens}, DType::i64, [&](std::span<const Scalar> p) {
    Scalar count = sum(b, {batch}, DType::i64, [&](auto s) {
      return cast(p[0] >= starts.at({s[0] + 1}), DType::i64);
    });
    return minimum(count, b.scalar(max(batch, 1)) - 1);
  });
  return {tokens, batch, starts, owners};
}

PackedSequences sequences_alike(Builder &b, Size tokens, Size batch) {
  Size length = floordiv(tokens, max(batch, 1));
  b.require(equal(length * batch, tokens),
            "the tokens are not a multiple of the sequences");
  Tensor starts =
      b.map({batch + 1}, DType::i64,
            [&](std::span<const Scalar> p) { return p[0] * b.scalar(length); });
  Tensor owners = b.map({tokens}, DType::i64, [&](std::span<const Scalar> p) {
    return p[0] / b.scalar(max(length, 1));
  });
  return {tokens, batch, starts, owners};
}

Tensor captured_counts(const Node &node, int position,
                       const PackedSequences &sequences) {
  int capacity =
      node.count(node.int_attr("state_update_capacity", 0),
                 "state_update_capacity", 0, std::numeric_limits<int>::max());
  node.expect(node.has_input(position) == (capacity > 0),
              "capture_count belongs to a positive state_update_capacity");
  if (capacity == 0)
    return {};
  Builder &b = node.b();
  Tensor counts = node.input(position, "capture_count", 1);
  require_list(node, counts, "capture_count", sequences.batch);
  return b.map(counts.shape(), DType::i64, [&](std::span<const Scalar> p) {
    Scalar most = minimum(sequences.length(p[0]), double(capacity));
    return clamp(cast(counts.at(p), DType::i64), b.index(0), most);
  });
}

} // namespace landfall::frontend
