//===- parameter_shape.h - Shapes that operands must have -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// Requires the operand to be a list of `count` elements.
void require_list(const Node &node, Tensor operand, std::string_view name,
                  Size count);

/// Requires two operands to have one shape.
void require_same_shape(const Node &node, Tensor a, Tensor b,
                        std::string_view names);

/// Requires the operand to broadcast to x's shape without changing it.
void require_broadcasts_to(const Node &node, Tensor operand,
                           std::string_view name, Tensor x);

} // namespace landfall::frontend
