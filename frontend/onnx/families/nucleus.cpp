//===- nucleus.cpp - Tokens drawn from the likeliest ones -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/nucleus.h"

#include "frontend/onnx/families/random.h"
#include "frontend/onnx/families/softmax.h"
#include "frontend/onnx/families/sorted_entries.h"
#include "frontend/onnx/support/one_element.h"
#include "frontend/onnx/support/order_key.h"

namespace landfall::frontend {

Nucleus::Nucleus(const Node &node, int seed)
    : node_(node), b(node.b()), seed_(node.optional_input(seed, "seed")) {
  if (seed_)
    seed_ = one_element(node, seed_);
}

/// The scores with `filter_value` for the tokens that are left out.
Tensor Nucleus::filtered(Tensor scores) const {
  bool custom = node_.flag_attr("custom", false);
  double share_kept = node_.float_attr("top_p", 0);
  double filter = node_.float_attr("filter_value", -1e20);
  int64_t kept_at_least = node_.int_attr("min_tokens_to_keep", 0);
  Size rows = scores.dim(0), words = scores.dim(1);
  Tensor shares = softmax_of(Rows::from_axis(scores, 1));
  Tensor order =
      sorted_entries(b,
                     {{rows},
                      words,
                      order_key_type(DType::f32),
                      [&](std::span<const Scalar> row, Scalar token) {
                        return order_key(scores.at({row[0], token}), custom);
                      }},
                     words);
  LoopsResult result{DType::f32, scores.shape(), scores};
  return b.loops(
      {rows}, {&result, 1},
      [&](std::span<const Scalar> p, std::span<const Buffer> out) {
        Scalar limit = b.scalar(words - kept_at_least);
        b.fold(
            {words}, {b.literal(DType::f32, 0)},
            [&](std::span<const Scalar> r, std::span<const Scalar> before) {
              Scalar token = order.at({p[0], r[0]});
              Scalar sum = before[0] + shares.at({p[0], token});
              Scalar first = r[0] == 0;
              Scalar dropped =
                  custom
                      ? logical_and(logical_not(first), before[0] > share_kept)
                      : logical_and(logical_or(first, r[0] < limit),
                                    sum <= 1 - share_kept);
              b.branch(
                  dropped,
                  [&] {
                    out[0].store({p[0], token}, b.literal(DType::f32, filter));
                    return Scalars();
                  },
                  [] { return Scalars(); });
              return Scalars{sum};
            });
      })[0];
}

Tensor Nucleus::draw(Tensor scores, Tensor step) const {
  Tensor kept = filtered(scores);
  RandomNumbers numbers(node_);
  constexpr double seed_distance = 1 << 30; // Steps times rows are fewer.
  return b.map({kept.dim(0)}, DType::i32, [&](std::span<const Scalar> p) {
    Scalar number = step.at({}) * b.scalar(kept.dim(0)) + p[0];
    if (seed_)
      number = number + cast(seed_.at({}), DType::i64) * seed_distance;
    Scalar u = numbers.uniform(number, DType::f32);
    return cast(drawn_class(kept, p[0], u), DType::i32);
  });
}

} // namespace landfall::frontend
