//===- map_operand.h - Operands that are maps -------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// The map's values in ascending order of the keys: [1, values].
Tensor map_values(const Node &node, const Any &map);

/// The map's values at these keys, a constant of rank 1; zeros or empty texts
/// where it has none: [1, keys]. Fails at run time if the map has other keys,
/// unless it may.
Tensor map_lookup(const Node &node, const Any &map, Tensor keys,
                  bool may_have_others);

} // namespace landfall::frontend
