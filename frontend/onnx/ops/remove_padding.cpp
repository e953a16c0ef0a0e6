//===- remove_padding.cpp - ONNX Runtime's RemovePadding, RestorePadding --===//
//
// Part of Landfall, under the Apache License v2.0.
//
// RemovePadding: output = the tokens of input [B, S, H] that the sequences of
// sequence_token_count tokens have, one after another; token_offset [B, S] =
// their places among B * S, then those of the padding; cumulated_seq_len [B +
// 1]; max_seq_len = the longest sequence.
// RestorePadding: output [B, S, H] = the tokens at their places, else 0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/support/checked_index.h"
#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {

namespace {

/// [B + 1]: where each sequence starts, and the number of tokens.
Tensor starts_of(Builder &b, Tensor counts) {
  return b.map({counts.dim(0) + 1}, DType::i64, [&](std::span<const Scalar> p) {
    return sum(b, {counts.dim(0)}, DType::i64, [&](std::span<const Scalar> i) {
      return select(i[0] < p[0], counts.at({i[0]}), b.index(0));
    });
  });
}

/// [B * S]: the places of all tokens, then of the padding.
Tensor places_of(Builder &b, Tensor counts, Tensor starts, Size length) {
  Size batch = counts.dim(0);
  LoopsResult result{DType::i64, {batch * length}, {}};
  return b.loops({batch, length}, {&result, 1},
                 [&](std::span<const Scalar> p, std::span<const Buffer> out) {
                   Scalar start = starts.at({p[0]}), count = counts.at({p[0]});
                   Scalar tokens = starts.at({b.scalar(batch)});
                   // Before a padding are that of earlier sequences and of its
                   // own.
                   Scalar padding =
                       p[0] * b.scalar(length) - start + p[1] - count;
                   Scalar at =
                       select(p[1] < count, start + p[1], tokens + padding);
                   out[0].store({at}, p[0] * b.scalar(length) + p[1]);
                 })[0];
}

Tensor as_i32(Builder &b, Tensor x, const Shape &shape) {
  Tensor narrow = b.elementwise(
      {x}, [](std::span<const Scalar> e) { return cast(e[0], DType::i32); });
  return b.reshape(narrow, shape);
}

void remove_padding(Node &node) {
  Builder &b = node.b();
  Tensor input = node.input(0, "input", 3);
  Size batch = input.dim(0), length = input.dim(1), hidden = input.dim(2);
  Tensor counts = checked_lengths(node, node.input(1, "sequence_token_count"),
                                  "sequence_token_count", batch, length);
  Tensor starts = starts_of(b, counts);
  Tensor places = places_of(b, counts, starts, length);
  Tensor total = b.map({}, DType::i64, [&](std::span<const Scalar>) {
    return starts.at({b.scalar(batch)});
  });
  Size tokens = b.read(total, 0, {0, (batch * length).range().high});
  b.require(1 - less(batch * length, tokens), "there are too many tokens");
  node.output(
      0, b.map({tokens, hidden}, input.dtype(), [&](std::span<const Scalar> p) {
        Scalar place = places.at({p[0]}), s = b.scalar(length);
        return input.at({place / s, place % s, p[1]});
      }));
  node.output(1, as_i32(b, places, {batch, length}));
  node.output(2, as_i32(b, starts, {batch + 1}));
  Tensor longest = b.map({1}, DType::i64, [&](std::span<const Scalar>) {
    Scalar most =
        max_of(b, {batch}, DType::i64,
               [&](std::span<const Scalar> i) { return counts.at({i[0]}); });
    return maximum(most, 0);
  });
  node.output(3, as_i32(b, longest, {1}));
}

void restore_padding(Node &node) {
  Builder &b = node.b();
  Tensor input = node.input(0, "input", 2);
  Tensor offsets = node.input(1, "token_offset", 2);
  Size batch = offsets.dim(0), length = offsets.dim(1), hidden = input.dim(1);
  Size all = batch * length;
  b.require(1 - less(all, input.dim(0)), "there are more tokens than places");
  CheckedIndex place(node, b.reshape(offsets, {all}), {&all, 1},
                     CheckedIndex::Negative::refused);
  Tensor zeros =
      b.map({all, hidden}, input.dtype(), [&](std::span<const Scalar>) {
        return b.literal(input.dtype(), 0);
      });
  LoopsResult result{input.dtype(), {all, hidden}, zeros};
  Tensor y = b.loops(
      {hidden}, {&result, 1},
      [&](std::span<const Scalar> p, std::span<const Buffer> out) {
        b.fold({input.dim(0)}, {},
               [&](std::span<const Scalar> t, std::span<const Scalar>) {
                 out[0].store({place.at(t), p[0]}, input.at({t[0], p[0]}));
                 return Scalars();
               });
      })[0];
  node.output(b.reshape(y, {batch, length, hidden}));
}

} // namespace

LANDFALL_ONNX(remove_padding,
              {"RemovePadding", 1, remove_padding, "com.microsoft"},
              {"RestorePadding", 1, restore_padding, "com.microsoft"})

} // namespace landfall::frontend
