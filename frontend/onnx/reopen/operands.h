//===- operands.h - Constant operands and attributes of a node --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/node_state.h"

namespace landfall::frontend {

/// The elements of an f32 constant; nullopt: it is absent, of another type, or
/// no constant.
std::optional<std::vector<float>> reals_of(const NodeState &node,
                                           size_t position);
/// The same for integers and bools.
std::optional<std::vector<int64_t>> integers_of(const NodeState &node,
                                                size_t position);
/// Puts a list of integers in an operand's place, as later versions of an
/// operator take what was an attribute.
void set_integers(NodeState &node, size_t position,
                  const std::vector<int64_t> &values);
bool is_constant(const NodeState &node, size_t position);

} // namespace landfall::frontend
