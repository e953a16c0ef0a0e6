//===- scatter_reduction.h - Reductions of a scatter ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

enum class ScatterReduction { none, add, mul, min, max };

/// The attribute `reduction`.
ScatterReduction scatter_reduction(const Node &node);

/// Stores `value` at `position`, combined with what is there.
void scatter_store(ScatterReduction reduction, const Buffer &buffer,
                   std::span<const Scalar> position, Scalar value);

} // namespace landfall::frontend
