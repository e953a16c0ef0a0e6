//===- embed_layer_normalization.cpp - Embeddings, normalised -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// embedding_sum = word_embedding[input_ids] + position_embedding[position_ids]
//                 (+ segment_embedding[segment_ids])
// output        = the last axis of that normalised, * gamma + beta
// mask_index    = for each sequence, the number of non-zero mask elements
//
// QEmbedLayerNormalization: the same of tables, gamma and beta that are
// quantised.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/normalize.h"
#include "frontend/onnx/families/q_linear.h"
#include "frontend/onnx/support/checked_index.h"
#include "frontend/onnx/support/indexing.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

namespace {

/// An operand, quantised or not.
struct Parameter {
  Tensor stored;
  std::optional<QuantScheme> scheme;

  DType real_type() const { return scheme ? DType::f32 : stored.dtype(); }
  /// Inside a body: the element as a real number, in its compute type.
  Scalar at(std::initializer_list<Scalar> indices) const {
    Scalar x = stored.at(indices);
    return scheme ? scheme->real(x) : widen(x);
  }
};

/// Where an operator has the scales and zero points: of the tables of words,
/// positions and segments (operands 2 to 4), gamma and beta (5 and 6).
constexpr int scales[] = {8, 9, 10, 11, 12}, zeros[] = {13, 14, 15, 16, 17};

Parameter parameter(const Node &node, int position, std::string_view name,
                    bool is_quantized) {
  Tensor stored = node.input(position, name, position <= 4 ? 2 : 1);
  if (!is_quantized)
    return {stored, std::nullopt};
  return {stored, QuantScheme(node, scales[position - 2], zeros[position - 2],
                              name, stored.dtype())};
}

/// The operand as numbers of rows of a table.
Tensor rows_of(Node &node, Tensor table, Tensor ids) {
  Size rows = table.dim(0);
  return CheckedIndex(node, ids, {&rows, 1}, CheckedIndex::Negative::refused)
      .tensor();
}

Tensor embedding_sum(Node &node, Tensor ids, Tensor position_ids,
                     bool is_quantized) {
  Builder &b = node.b();
  Parameter words = parameter(node, 2, "word_embedding", is_quantized);
  Parameter positions = parameter(node, 3, "position_embedding", is_quantized);
  std::optional<Parameter> segments;
  Tensor word_rows = rows_of(node, words.stored, ids);
  Tensor position_rows, segment_rows;
  if (position_ids)
    position_rows = rows_of(node, positions.stored, position_ids);
  if (node.has_input(1) && node.has_input(4)) {
    segments = parameter(node, 4, "segment_embedding", is_quantized);
    segment_rows =
        rows_of(node, segments->stored, node.input(1, "segment_ids", 2));
  }
  Shape shape = {ids.dim(0), ids.dim(1), words.stored.dim(1)};
  DType type = words.real_type();
  return b.map(shape, type, [&](std::span<const Scalar> p) {
    Scalar position = p[1];
    if (position_ids)
      position = position_rows.at(
          {broadcast_index(b, position_ids.dim(0), ids.dim(0), p[0]), p[1]});
    Scalar total = words.at({word_rows.at({p[0], p[1]}), p[2]}) +
                   positions.at({position, p[2]});
    if (segments)
      total = total + segments->at({segment_rows.at({p[0], p[1]}), p[2]});
    return convert(total, type);
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

/// gamma or beta at a point of x.
PointBody by_feature(const Node &node, int position, std::string_view name,
                     bool is_quantized, Tensor x) {
  Parameter values = parameter(node, position, name, is_quantized);
  require_list(node, values.stored, name, x.dim(2));
  return [=](std::span<const Scalar> p) { return values.at({p[2]}); };
}

void embed(Node &node, Tensor position_ids, bool is_quantized) {
  Tensor ids = node.input(0, "input_ids", 2);
  Tensor total = embedding_sum(node, ids, position_ids, is_quantized);
  node.output(0,
              normalize_rows(Rows::from_axis(total, 2),
                             node.float_attr("epsilon", 1e-12f),
                             by_feature(node, 5, "gamma", is_quantized, total),
                             by_feature(node, 6, "beta", is_quantized, total)));
  if (node.wants_output(1))
    node.output(1,
                mask_lengths(node.b(), ids, node.optional_input(7, "mask", 2)));
  if (node.wants_output(2))
    node.output(2, total);
}

} // namespace

static void embed_layer_normalization(Node &node) {
  embed(node, node.optional_input(8, "position_ids", 2), false);
}

static void quantized_embed(Node &node) { embed(node, {}, true); }

LANDFALL_ONNX(embed_layer_normalization,
              {"EmbedLayerNormalization", 1, embed_layer_normalization,
               "com.microsoft"},
              {"QEmbedLayerNormalization", 1, quantized_embed, "com.microsoft"})

} // namespace landfall::frontend
