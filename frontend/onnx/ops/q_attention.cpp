//===- q_attention.cpp - ONNX Runtime's QAttention ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Attention whose projection multiplies quantised numbers: Q, K, V =
// input_scale * weight_scale * (sum of (input - input_zero_point) *
// (weight - weight_zero_point)) + bias with int32 sums. The weight's parameters
// may hold one value a column.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/integer_product.h"
#include "frontend/onnx/families/projected_attention.h"

namespace landfall::frontend {

static void q_attention(Node &node) {
  if (node.flag_attr("past_present_share_buffer", false))
    node.unsupported("QAttention with past_present_share_buffer");
  IntegerProduct product{node.input(0, "input", 3),
                         node.input(1, "weight", 2),
                         node.input(3, "input_scale"),
                         node.input(4, "weight_scale"),
                         node.optional_input(6, "input_zero_point"),
                         node.optional_input(7, "weight_zero_point"),
                         node.input(2, "bias", 1),
                         node.input(2, "bias").dtype()};
  projected_attention(node, {scaled_product(node, product),
                             node.optional_input(5, "mask_index"),
                             node.optional_input(8, "past"),
                             {},
                             {}});
}

LANDFALL_ONNX(q_attention, {"QAttention", 1, q_attention, "com.microsoft"})

} // namespace landfall::frontend
