//===- node_rules.h - Verification of a single node ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"

namespace landfall {

/// Whether other nodes may use this node's value directly.
bool has_value(NodeKind kind);
std::string_view name_of(NodeKind kind);
/// Whether kernels compute on this type (not complex, not text).
bool holds_numbers(DType type);
/// Whether the operation makes `result` from operands of type `operand` (of a
/// choice: the chosen ones).
bool is_defined(ScalarOp op, DType operand, DType result);

/// What is wrong with the node's types, numbers and argument count; empty if
/// nothing. Arguments must be valid node ids. Loops and branches are checked
/// with their blocks in kernel_verify.cpp.
std::string find_fault(const Kernel &kernel, const Node &node);

} // namespace landfall
