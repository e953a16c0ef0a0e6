//===- unknown_operators.h - What nothing here implements ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/functions.h"
#include "frontend/onnx/opsets.h"

namespace landfall::onnx {

/// Looks through the graph, its subgraphs and the functions it calls. Throws a
/// BuildError that lists all operator types without importer, with counts.
void check_operators(const GraphProto &graph, const Opsets &opsets,
                     const FunctionTable &functions);

} // namespace landfall::onnx
