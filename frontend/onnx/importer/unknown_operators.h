//===- unknown_operators.h - Finding unsupported operators -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/functions.h"
#include "frontend/onnx/importer/opsets.h"

namespace landfall::frontend {

/// Looks through the graph, its subgraphs and the functions it calls. Throws a
/// BuildError that lists all operator types without importer, with counts.
void check_operators(const onnx::GraphProto &graph, const Opsets &opsets,
                     const FunctionTable &functions);

} // namespace landfall::frontend
