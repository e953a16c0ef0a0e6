//===- training_step.h - Optimiser updates over groups ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/compute_type.h"

namespace landfall::frontend {

/// One update: the rate R, the update count T, then the elements of one group
/// (X, its gradient G, its state tensors) give the new X and states.
using TrainingStep =
    std::function<Scalars(Scalar rate, Scalar count, std::span<const Scalar>)>;

/// Inputs R, T, X1.., G1.., then `states` lists of states; outputs the new X1..
/// and the new states.
void training_operator(Node &node, int states, const TrainingStep &step);

} // namespace landfall::frontend
