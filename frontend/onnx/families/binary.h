//===- binary.h - Operands that broadcast together --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/compute_type.h"

#include <utility>

namespace landfall::frontend {

/// The two operands, aligned so that NumPy broadcasting does the rest: before
/// opset 7 the attribute `axis` says where B's dimensions stand in A's.
std::pair<Tensor, Tensor> aligned_operands(Node &node, std::string_view a = "A",
                                           std::string_view b = "B");

/// C = f(A, B) with broadcasting; the result has the type that f gives.
void binary_operator(Node &node,
                     const std::function<Scalar(Scalar, Scalar)> &f);

/// f folded over all operands from the left, with broadcasting. `f` sees the
/// compute type. `finish`, if given, is applied to the last value.
void variadic_operator(Node &node,
                       const std::function<Scalar(Scalar, Scalar)> &f,
                       const std::function<Scalar(Scalar)> &finish = {});

} // namespace landfall::frontend
