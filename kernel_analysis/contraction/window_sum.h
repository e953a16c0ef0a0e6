//===- window_sum.h - Sums of windows, by channel --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Finds maps of the form of a depthwise convolution, or of a pool:
//
//   out[c, n...] = epilogue(sum over k... of weight[c, k...] * data[c, p...])
//   out[c, n...] = epilogue(sum over k... of data[c, p...])
//   where each p = stride * n + dilation * k
//
// Without weights, the sum may be a minimum or a maximum instead. The loops may
// be in any order. The data may be any scalar expression, with guards, that
// depends on the n and k through the positions p alone: equal positions have
// equal values, so that each needs to be computed only once.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "kernel_analysis/access/affine.h"

namespace landfall::analysis {

/// A position of the data: stride * loop + dilation * tap. It may have no loop
/// (dilation is then 1) or no tap (stride is then 1).
struct WindowAxis {
  std::optional<uint32_t> loop; ///< A result loop other than the channel.
  std::optional<uint32_t> tap;  ///< A number in WindowSum::taps.
  int64_t stride = 1;           ///< Positive.
  /// Not zero. 1 or -1, unless the stride is 1.
  int64_t dilation = 1;
};

struct WindowLoad {
  NodeId node = no_node;
  Affine offset; ///< In elements.
  /// Its guard is true if and only if all are >= 0; nothing if the guard has
  /// another form. No guard: none.
  std::optional<std::vector<Affine>> conditions;
  bool guarded = false;
};

/// One of the two factors of the product.
struct WindowFactor {
  NodeId value = no_node;
  std::vector<WindowLoad> loads;
};

struct WindowSum {
  NodeId fold = no_node; ///< The loop node of the body that sums.
  DType type = DType::f32;
  ScalarOp join = ScalarOp::add; ///< With weights: add.
  NodeId init = no_node;         ///< A constant; with weights: 0.
  /// The variables of all forms: the result loops, then the summed indices
  /// from the outermost inwards.
  IndexSpace space;
  /// The result loop that both factors use; without weights, the last one that
  /// no window moves along.
  uint32_t channel = 0;
  WindowFactor data, weight; ///< A sum without weights: weight.value == no_node
  std::vector<uint32_t> taps; ///< Variables: summed indices longer than 1.
  /// Those with a loop in the order of the loops, then those without. Each
  /// result loop longer than 1, except the channel, and each tap is in one.
  std::vector<WindowAxis> axes;

  bool has_weights() const { return weight.value != no_node; }
};

/// The structure, or why the kernel, a map, does not have it: a clause to
/// follow "because".
Result<WindowSum> find_window_sum(const Kernel &kernel);

} // namespace landfall::analysis
