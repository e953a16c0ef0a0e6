//===- rms_norm_rotary.cpp - ONNX Runtime's RMSNormRotary -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// N = x / sqrt(mean of x^2 + epsilon) * scale over input_width features of each
// head, from input_start on; then the first rotary_embedding_dim of these turn
// by the angle of their position, in halves. With f16 data or caches of f32 all
// is in f32; else N is rounded to bf16, and so are the products of the rotation
// if prefill_numerics is 1 or use_fp32_arithmetic 0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/normalize.h"
#include "frontend/onnx/families/strided_slice.h"
#include "frontend/onnx/support/checked_index.h"
#include "frontend/onnx/support/indexing.h"
#include "frontend/onnx/support/one_element.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

namespace {

/// [B, S] i64, in the caches' rows: given, or counted from the only given one.
Tensor positions_of(const Node &node, Tensor x, Size rows) {
  Builder &b = node.b();
  Tensor ids = node.input(2, "position_ids");
  Shape shape = {x.dim(0), x.dim(1)};
  if (ids.rank() < 2) {
    Tensor first = one_element(node, ids);
    ids = b.map(shape, DType::i64, [&](auto p) { return first.at({}) + p[1]; });
  }
  node.expect(ids.rank() == 2, "position_ids must have rank 2, or be one");
  for (int d = 0; d < 2; ++d)
    require_equal(b, ids.dim(d), shape[d],
                  "position_ids do not fit the tokens");
  return CheckedIndex(node, ids, {&rows, 1}, CheckedIndex::Negative::refused)
      .tensor();
}

struct Turn {
  Builder &b;
  Tensor x, cosine, sine, rows; ///< N f32 [B, S, H, D]; the caches; [B, S].
  Size rotated;
  Scalar rounds; ///< Whether products are rounded to bf16.

  Scalar step(Scalar value) const {
    Scalar narrow = convert(convert(value, DType::bf16), DType::f32);
    return select(rounds, narrow, value);
  }
  Scalar at(std::span<const Scalar> p) const {
    Scalar half = b.scalar(floordiv(rotated, 2)),
           inside = p[3] < b.scalar(rotated);
    Scalar second = p[3] >= half, pair = p[3] - select(second, half, half * 0);
    Scalar row = rows.at({p[0], p[1]}), one = b.literal(cosine.dtype(), 1);
    Scalar angle[] = {row, pair};
    Scalar c = convert(cosine.at_or(angle, inside, one), DType::f32);
    Scalar s = convert(sine.at_or(angle, inside, one), DType::f32);
    Scalars other(p.begin(), p.end());
    other[3] = select(second, p[3] - half, p[3] + half);
    Scalar far = x.at_or(other, inside, b.literal(DType::f32, 0));
    Scalar turned =
        step(step(x.at(p) * c) + step(select(second, far, -far) * s));
    return select(inside, turned, x.at(p));
  }
};

} // namespace

static void rms_norm_rotary(Node &node) {
  Builder &b = node.b();
  Tensor given = node.input(0, "X", 4), scale = node.input(1, "scale", 1);
  Tensor cosine = node.input(3, "cosine", 2), sine = node.input(4, "sine", 2);
  Size start = node.int_attr("input_start", 0);
  Size width = node.int_attr("input_width", 0);
  if (width == Size(0))
    width = given.dim(3) - start;
  b.require(less(-1, start) * less(0, width) *
                (1 - less(given.dim(3), start + width)),
            "the normalised slice leaves the features");
  require_list(node, scale, "scale", width);
  require_same_shape(node, cosine, sine, "cosine and sine");
  Size rotated = node.int_attr("rotary_embedding_dim");
  require_equal(b, cosine.dim(1) * 2, rotated,
                "the caches must hold half of rotary_embedding_dim");
  b.require(1 - less(width, rotated), "rotary_embedding_dim exceeds the width");
  DType type = node.int_attr("output_fp16", 0) != 0 ? DType::f16 : DType::bf16;
  bool wide = given.dtype() == DType::f16 || type == DType::f16 ||
              cosine.dtype() == DType::f32;
  Tensor x = slice_along(given, 3, start, width);
  Tensor n = rms_normalize_rows(
      Rows::from_axis(x, 3), node.float_attr("epsilon", 1e-6f),
      [=](std::span<const Scalar> p) { return scale.at({p[3]}); },
      wide ? DType::f32 : DType::bf16);
  n = b.elementwise({n}, [](auto e) { return convert(e[0], DType::f32); });
  bool rounds = !wide && !node.flag_attr("use_fp32_arithmetic", true);
  Tensor prefill = wide ? Tensor() : node.optional_input(5, "prefill_numerics");
  if (prefill)
    prefill = one_element(node, prefill);
  Tensor rows = positions_of(node, given, cosine.dim(0));
  Tensor y = b.map(n.shape(), type, [&](std::span<const Scalar> p) {
    Scalar narrow = b.literal_int(DType::boolean, rounds);
    if (prefill)
      narrow = logical_or(narrow, prefill.at({}) != 0);
    return convert(Turn{b, n, cosine, sine, rows, rotated, narrow}.at(p), type);
  });
  Size tokens = given.dim(1), batch = given.dim(0);
  if (node.flag_attr("flatten_batch", false)) {
    tokens = tokens * batch;
    batch = 1;
  }
  node.output(0, b.reshape(y, {batch, tokens, given.dim(2) * width}));
  node.output(1, n);
}

LANDFALL_ONNX(rms_norm_rotary,
              {"RMSNormRotary", 1, rms_norm_rotary, "com.microsoft"})

} // namespace landfall::frontend
