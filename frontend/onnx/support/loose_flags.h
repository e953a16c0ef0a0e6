//===- loose_flags.h - Flags that are neither 0 nor 1 -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// ONNX does not say what other values of a flag mean. ONNX Runtime refuses them
// for some (Node::flag_attr), and compares others with 1 or with 0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// Whether the attribute, `otherwise` if absent, is 1.
inline bool flag_if_one(const Node &node, std::string_view name,
                        bool otherwise) {
  return node.int_attr(name, otherwise) == 1;
}

/// Whether the attribute, `otherwise` if absent, is not 0.
inline bool flag_unless_zero(const Node &node, std::string_view name,
                             bool otherwise) {
  return node.int_attr(name, otherwise) != 0;
}

} // namespace landfall::frontend
