//===- reopen_model.h - Importing a model with free extents -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/import.h"
#include "frontend/onnx/reopen/dynamic_input.h"

namespace landfall::frontend {

/// Imports a model that was exported at fixed sizes with free extents of its
/// inputs (docs/decisions/007-reopened-sizes.md). Constants that the exporter
/// computed from these extents become functions of them. The model is imported
/// several times, with different readings of such constants; where more than
/// one fits the rest of the model, it is refused.
///
/// Errors as import_model; a name that no input has is an invalid_argument.
Result<ModelSummary> reopen_model(const Bytes &model, const ModelPlace &place,
                                  ir::Builder &builder,
                                  std::span<const DynamicInput> inputs,
                                  const Assumptions &assumptions = {});

} // namespace landfall::frontend
