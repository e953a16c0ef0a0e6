//===- declared_shapes.h - Declarations against what is computed -*- C++ -*-==//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/scope.h"

namespace landfall::frontend {

/// The main graph's declarations of outputs and intermediate values whose ranks
/// or extents are not those that the nodes give, a sentence each; after a few,
/// their number. Nothing else uses these declarations, so they are no errors.
std::vector<std::string> wrong_declarations(const onnx::GraphProto &graph,
                                            const Scope &scope);

} // namespace landfall::frontend
