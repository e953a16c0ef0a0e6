//===- lstm_cell.h - The cell of an LSTM ------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/families/recurrence.h"

namespace landfall::frontend {

/// X W^T + H R^T + biases of one step, [D, B, 4 * H], from the state H.
using LstmGates = std::function<Tensor(const Moment &moment, Tensor state)>;

/// The sum of the biases of W and R for row `row` of the gates.
Scalar lstm_bias(const Recurrence &layer, Scalar direction, Scalar row);

/// Runs the layer with operands initial_h (5), initial_c (6), P (7) and the
/// attribute input_forget, and binds the outputs.
void run_lstm(Node &node, const Recurrence &layer, const LstmGates &gates);

} // namespace landfall::frontend
