//===- block_sum.h - Products with weights in blocks ----------- -*- C++
//-*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/families/block_weights.h"

namespace landfall::frontend {

/// A with the elements of each block as multiples of the block's largest
/// magnitude over 127.
struct Rounded {
  Tensor stored; ///< int8
  Tensor scales; ///< [..., block]
};

/// `a` rounded in blocks of `block` elements of its last dimension.
Rounded rounded_to_int8(Builder &b, Tensor a, Size blocks, int64_t block);

/// Makes `c` sum a[..., k] * weights[n, k] over k, in blocks; n is the last
/// dimension of c.shape. Of `rounded` instead of `a` if it is there.
void sum_over_depth(Contraction &c, Tensor a, const Rounded &rounded,
                    const BlockWeights &weights);

} // namespace landfall::frontend
