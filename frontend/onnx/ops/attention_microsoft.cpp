//===- attention_microsoft.cpp - ONNX Runtime's Attention -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Q, K, V = input * weights + bias, split by columns; then for each head
// softmax(Q K^T * scale + mask) V. mask_index holds lengths, or a key mask
// (0: masked) of rank 2 to 4. Masked keys get mask_filter_value; keys after the
// query, if unidirectional, the lowest finite value. past and present stack
// keys and values: [2, B, N, T, H].
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/matrix_product.h"
#include "frontend/onnx/families/projected_attention.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

static Tensor project(Node &node) {
  MatrixProduct product;
  product.a = node.input(0, "input", 3);
  product.b = node.input(1, "weights", 2);
  product.result = product.a.dtype();
  product.accumulator = compute_type(product.result);
  Tensor bias = node.optional_input(2, "bias");
  if (bias) {
    require_list(node, bias, "bias", product.b.dim(1));
    product.epilogue = [bias](std::span<const Scalar> p, Scalar sum) {
      return sum + convert(bias.at({p[2]}), sum.dtype());
    };
  }
  return matrix_product(node.b(), product);
}

static void attention_microsoft(Node &node) {
  bool shared = node.flag_attr("past_present_share_buffer", false);
  node.expect(!shared || (node.has_input(4) && node.has_input(6)),
              "a shared buffer needs past and past_sequence_length");
  projected_attention(
      node,
      {project(node), node.optional_input(3, "mask_index"),
       node.optional_input(4, "past"), node.optional_input(5, "attention_bias"),
       shared ? node.input(6, "past_sequence_length") : Tensor()});
}

LANDFALL_ONNX(attention_microsoft,
              {"Attention", 1, attention_microsoft, "com.microsoft"})

} // namespace landfall::frontend
