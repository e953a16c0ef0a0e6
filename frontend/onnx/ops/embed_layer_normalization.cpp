//===- embed_layer_normalization.cpp - Embeddings, normalised -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// embedding_sum = word_embedding[input_ids] + position_embedding[position_ids]
//                 (+ segment_embedding[segment_ids])
// output        = the last axis of that normalised, * gamma + beta
// mask_index    = for each sequence, the number of non-zero mask elements
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/normalize.h"
#include "frontend/onnx/support/checked_index.h"
#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {

namespace {

/// table[id, d], ids outside the table clamped into it.
/// The operand as numbers of rows of a table.
Tensor rows_of(Node &node, Tensor table, Tensor ids) {
  Size rows = table.dim(0);
  return CheckedIndex(node, ids, {&rows, 1}, CheckedIndex::Negative::refused)
      .tensor();
}

Tensor embedding_sum(Node &node, Tensor ids) {
  Builder &b = node.b();
  Tensor segments = node.optional_input(1, "segment_ids");
  Tensor words = node.input(2, "word_embedding");
  Tensor positions = node.input(3, "position_embedding");
  Tensor segment_table = node.optional_input(4, "segment_embedding");
  Tensor position_ids = node.optional_input(8, "position_ids");
  Tensor word_rows = rows_of(node, words, ids), position_rows, segment_rows;
  if (position_ids)
    position_rows = rows_of(node, positions, position_ids);
  if (segment_table && segments)
    segment_rows = rows_of(node, segment_table, segments);
  Shape shape = {ids.dim(0), ids.dim(1), words.dim(1)};
  return b.map(shape, words.dtype(), [&](std::span<const Scalar> p) {
    Scalar position = p[1];
    if (position_ids)
      position = position_rows.at(
          {broadcast_index(b, position_ids.dim(0), ids.dim(0), p[0]), p[1]});
    Scalar total = widen(words.at({word_rows.at({p[0], p[1]}), p[2]})) +
                   widen(positions.at({position, p[2]}));
    if (segment_rows)
      total = total +
              widen(segment_table.at({segment_rows.at({p[0], p[1]}), p[2]}));
    return convert(total, words.dtype());
  });
}

Tensor mask_lengths(Builder &b, Tensor ids, Tensor mask) {
  return b.map({ids.dim(0)}, DType::i32, [&](std::span<const Scalar> p) {
    if (!mask)
      return b.literal_int(DType::i32, 0);
    return sum(b, {mask.dim(1)}, DType::i32, [&](std::span<const Scalar> t) {
      return cast(mask.at({p[0], t[0]}) != 0, DType::i32);
    });
  });
}

} // namespace

static void embed_layer_normalization(Node &node) {
  Builder &b = node.b();
  Tensor ids = node.input(0, "input_ids");
  node.expect(ids.rank() == 2, "input_ids must have rank 2");
  Tensor total = embedding_sum(node, ids);
  double epsilon = node.float_attr("epsilon", 1e-12f);
  node.output(
      0, normalize_rows(
             Rows::from_axis(total, 2), epsilon,
             broadcast_parameter(node, node.input(5, "gamma"), "gamma", total),
             broadcast_parameter(node, node.input(6, "beta"), "beta", total)));

  if (node.wants_output(1))
    node.output(1, mask_lengths(b, ids, node.optional_input(7, "mask")));
  if (node.wants_output(2))
    node.output(2, total);
}

LANDFALL_ONNX(
    embed_layer_normalization,
    {"EmbedLayerNormalization",
     1,
     embed_layer_normalization,
     "com.microsoft",
     {"input_ids:I segment_ids:I? word_embedding:T position_embedding:T "
      "segment_embedding:T? gamma:T beta:T mask:I? position_ids:I? -> 3",
      "I=int32 T=float32,float16", "epsilon:float mask_index_type:int"}})

} // namespace landfall::frontend
