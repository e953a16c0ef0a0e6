//===- reshape_readings.h - What a baked shape stands for -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/reopen/extents.h"

namespace landfall::frontend {

/// A reading of a Reshape's target, with the factors of each of its extents,
/// the slowest first (empty: not known).
struct ReshapeReading {
  Shape target;
  std::vector<Shape> factors;
};

/// The readings of a Reshape from `data` to `target`, whose constants were
/// computed at the exported size (no 0 or -1), the likely one first. Elements
/// keep their order, so both shapes fall into runs of dimensions with equal
/// products, and within a run the free extents keep their order. Empty: there
/// is none.
std::vector<ReshapeReading> reshape_readings(const Extents &extents,
                                             const Shape &data,
                                             const Shape &target);

/// Tells `extents` how the target's extents were made.
void note_factors(Extents &extents, const ReshapeReading &reading);

} // namespace landfall::frontend
