//===- packed_attention.cpp - ONNX Runtime's attention without padding ----===//
//
// Part of Landfall, under the Apache License v2.0.
//
// PackedAttention, PackedMultiHeadAttention: attention within each of B
// sequences whose tokens [T, hidden] stand one after another: those of sequence
// b from cumulative_sequence_length[b] on. token_offset [B, S] says, for its
// first T elements, where a token was among B * S with padding; S is the
// longest sequence.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/matrix_product.h"
#include "frontend/onnx/families/score_offsets.h"
#include "frontend/onnx/support/checked_index.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

namespace {

/// Where the tokens of the sequences are.
struct Packing {
  Builder &b;
  Size tokens, batch, length;
  Tensor starts; ///< [B + 1]: from 0 to T, checked.
  Tensor places; ///< [B * S]: from 0 to B * S - 1, checked.

  Packing(const Node &node, Size tokens, int position)
      : b(node.b()), tokens(tokens) {
    Tensor offsets = node.input(position, "token_offset", 2);
    Tensor ends = node.input(position + 1, "cumulative_sequence_length", 1);
    batch = offsets.dim(0);
    length = offsets.dim(1);
    require_equal(b, ends.dim(0), batch + 1,
                  "cumulative_sequence_length needs B + 1 entries");
    b.require(1 - less(batch * length, tokens),
              "there are more tokens than places");
    Size limit = tokens + 1, all = batch * length;
    starts =
        CheckedIndex(node, ends, {&limit, 1}, CheckedIndex::Negative::refused)
            .tensor();
    places = CheckedIndex(node, b.reshape(offsets, {all}), {&all, 1},
                          CheckedIndex::Negative::refused)
                 .tensor();
  }

  /// Columns [start, start + heads * features) of x [T, ...], by sequence;
  /// padding holds zeros.
  Heads heads(Tensor x, Size start, Size count, Size features) const {
    return {batch,
            count,
            length,
            features,
            x.dtype(),
            [=, this](Scalar batch, Scalar head, Scalar s, Scalar d) {
              Scalar column = b.scalar(start) + head * b.scalar(features) + d;
              Scalar token = starts.at({batch}) + s;
              Scalar at[] = {token, column};
              return x.at_or(at, exists(batch, s), b.literal(x.dtype(), 0));
            }};
  }
  Scalar exists(Scalar batch, Scalar s) const {
    return starts.at({batch}) + s < starts.at({batch + 1});
  }
};

/// Binds the attention of the sequences as tokens [T, N * Dv].
void attend_packed(Node &node, const Packing &packing, const Heads &q,
                   const Heads &k, const Heads &v, Tensor bias) {
  Builder &b = node.b();
  node.expect(!bias || bias.rank() == 4, "attention_bias must have rank 4");
  DType compute = compute_type(q.dtype);
  Shape scores_shape = {q.batch, q.heads, q.length, k.length};
  Tensor scores = attention_scores(
      b, q, k, compute, [&](std::span<const Scalar> p, Scalar x) {
        Scalar score = scaled_score(node, x, q.features);
        if (bias)
          score = score + convert(attention_bias_at(bias, scores_shape, p),
                                  score.dtype());
        return select(packing.exists(p[0], p[3]), score, lowest(b, compute));
      });
  Tensor weights = attention_softmax(b, scores, compute, q.dtype, {});
  Tensor y = merge_heads(b, attention_values(b, weights, v, q.dtype));
  Shape shape = {packing.tokens, y.dim(2)};
  node.output(b.map(shape, y.dtype(), [&](std::span<const Scalar> p) {
    Scalar place = packing.places.at({p[0]}), length = b.scalar(packing.length);
    return y.at({place / length, place % length, p[1]});
  }));
}

void packed_attention(Node &node) {
  Builder &b = node.b();
  int64_t heads = node.int_attr("num_heads");
  node.expect(heads > 0, "num_heads must be positive");
  MatrixProduct product;
  product.a = node.input(0, "input", 2);
  product.b = node.input(1, "weights", 2);
  product.result = product.a.dtype();
  product.accumulator = compute_type(product.result);
  Tensor bias = node.input(2, "bias");
  require_list(node, bias, "bias", product.b.dim(1));
  product.epilogue = [&](std::span<const Scalar> p, Scalar sum) {
    return sum + convert(bias.at({p[1]}), sum.dtype());
  };
  Tensor x = matrix_product(b, product);
  Size third = floordiv(x.dim(1), 3);
  Shape sizes = {third, third, third};
  if (auto given = node.ints_attr("qkv_hidden_sizes"); !given.empty()) {
    node.expect(given.size() == 3, "qkv_hidden_sizes needs three values");
    sizes.assign(given.begin(), given.end());
  }
  require_equal(b, sizes[0] + sizes[1] + sizes[2], x.dim(1),
                "the weights' columns are not those of Q, K and V");
  Packing packing(node, x.dim(0), 3);
  auto part = [&](int which, Size start) {
    return packing.heads(x, start, heads, floordiv(sizes[which], heads));
  };
  attend_packed(node, packing, part(0, 0), part(1, sizes[0]),
                part(2, sizes[0] + sizes[1]),
                node.optional_input(5, "attention_bias"));
}

/// x [T, N * H] with elements of the operand bias added from `start` on.
Tensor biased(const Node &node, Tensor x, Tensor bias, Size start) {
  if (!bias)
    return x;
  Builder &b = node.b();
  return b.map(x.shape(), x.dtype(), [&](std::span<const Scalar> p) {
    Scalar total = widen(x.at(p)) + widen(bias.at({p[1] + b.scalar(start)}));
    return convert(total, x.dtype());
  });
}

void packed_multi_head_attention(Node &node) {
  Builder &b = node.b();
  int64_t heads = node.int_attr("num_heads");
  node.expect(heads > 0, "num_heads must be positive");
  Tensor query = node.input(0, "query");
  Tensor parts[3];
  if (query.rank() == 4) { // [T, N, 3, H]
    Shape shape = {query.dim(0), query.dim(1), query.dim(3)};
    for (int which = 0; which < 3; ++which) {
      Tensor part = b.map(shape, query.dtype(), [&](std::span<const Scalar> p) {
        return query.at({p[0], p[1], b.index(which), p[2]});
      });
      parts[which] =
          b.reshape(part, {query.dim(0), query.dim(1) * query.dim(3)});
    }
  } else {
    parts[0] = node.input(0, "query", 2);
    parts[1] = node.input(1, "key", 2);
    parts[2] = node.input(2, "value", 2);
  }
  for (Tensor part : parts)
    require_equal(b, part.dim(0), query.dim(0),
                  "query, key and value differ in tokens");
  Size hidden = parts[0].dim(1);
  Tensor bias = node.optional_input(3, "bias");
  if (bias)
    require_list(node, bias, "bias", hidden * 2 + parts[2].dim(1));
  Packing packing(node, query.dim(0), 4);
  auto part = [&](int which) {
    Tensor x = biased(node, parts[which], bias, hidden * which);
    require_equal(b, mod(x.dim(1), heads), 0,
                  "the hidden size is not a multiple of num_heads");
    return packing.heads(x, 0, heads, floordiv(x.dim(1), heads));
  };
  attend_packed(node, packing, part(0), part(1), part(2),
                node.optional_input(6, "attention_bias"));
}

} // namespace

LANDFALL_ONNX(packed_attention,
              {"PackedAttention", 1, packed_attention, "com.microsoft"},
              {"PackedMultiHeadAttention", 1, packed_multi_head_attention,
               "com.microsoft"})

} // namespace landfall::frontend
