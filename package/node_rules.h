//===- node_rules.h - What a node may look like ----------------*- C++ -*-===//
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

/// What is wrong with the types, numbers and argument counts of this node, or
/// nothing. Its arguments must name nodes; loops and branches are checked with
/// their blocks (kernel_verify.cpp), not here.
std::string find_fault(const Kernel &kernel, const Node &node);

} // namespace landfall
