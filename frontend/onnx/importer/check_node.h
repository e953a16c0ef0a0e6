//===- check_node.h - A node against its operator's schema -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/node_state.h"
#include "frontend/onnx/importer/operator_schema.h"

namespace landfall::frontend {

/// Throws a BuildError unless the node has what `schema` demands: numbers of
/// operands and results, operands that must be there, their kinds and element
/// types, names and types of attributes. What is not known of a boxed operand
/// is taken to fit; absent operands and results at the end do not count.
void check_node(const NodeState &state, const OperatorSchema &schema);

} // namespace landfall::frontend
