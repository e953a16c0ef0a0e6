//===- many_operands.h - Operations on any number of tensors ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A kernel that reads thousands of tensors takes long to compile and to run:
// each element asks every operand. These cut the operands into kernels of
// bounded size; how many operands a kernel may read is decided here.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/builder.h"

namespace landfall::ir {

/// `inputs` (at least one, of one rank and type) side by side along `axis`. The
/// other extents must be equal: required of the run where that is not provable.
/// Those of inputs known to have nothing along `axis` do not matter. Throws on
/// inputs that cannot be joined.
Tensor concatenate(Builder &b, std::span<const Tensor> inputs, int axis);

/// `fold` over all inputs (at least one) from the left, with broadcasting, then
/// `finish`. `fold` is called with a result of its own in front of the operands
/// that follow, so fold({fold({a, b}), c}) must mean fold({a, b, c}).
Tensor fold_elements(Builder &b, std::span<const Tensor> inputs,
                     const ElementBody &fold,
                     const std::function<Scalar(Scalar)> &finish);

} // namespace landfall::ir
