//===- text_operand.h - Operands of strings ---------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// Strings as the numbers of their texts, i64: equal for equal texts, in no
/// order; other tensors as they are.
Tensor text_numbers(Builder &b, Tensor x);

/// The result of a host function, a tensor of this type and shape.
Tensor host_tensor(Builder &b, BoxFunction function,
                   std::span<const Any> arguments, DType dtype,
                   const Shape &shape, std::span<const int64_t> extra = {});

/// The same for a result whose extents the run decides.
Tensor host_tensor(Builder &b, BoxFunction function,
                   std::span<const Any> arguments, DType dtype, int rank,
                   std::span<const int64_t> extra = {});

/// A constant of one string.
Tensor constant_text(Builder &b, const std::string &text);

} // namespace landfall::frontend
