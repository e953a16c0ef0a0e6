//===- recurrence.h - What LSTM, GRU and RNN share ------------ -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {

/// An activation function of a recurrent cell, by its ONNX name.
struct Activation {
  std::string name; ///< Lower case.
  double alpha = 0;
  double beta = 0;
  friend bool operator==(const Activation &, const Activation &) = default;
};

Scalar activate(const Activation &activation, Scalar x);

/// The activations of a node, `per_direction` for each direction: attributes
/// `activations`, `activation_alpha` and `activation_beta`, with `defaults`.
std::vector<Activation>
bind_activations(const Node &node, int directions,
                 const std::vector<std::string> &defaults);

/// The number of the step being computed. Absent: the only one.
struct Moment {
  Tensor iteration;
  Scalar step(Builder &b) const {
    return iteration ? iteration.at({}) : b.index(0);
  }
};

/// A recurrent layer: X [T, B, I] (or batch major [B, T, I]), weights W [D,
/// G*H, I] and R [D, G*H, H] for D directions and G gates. All directions
/// advance in the same step; a reversed one visits its times backwards, each
/// sequence from its own last element. States are [D, B, H] in the compute
/// type; a sequence that has ended keeps its state.
class Recurrence {
public:
  Recurrence(const Node &node, int gates,
             const std::vector<std::string> &activations);
  /// With weights other than operands W and R.
  Recurrence(const Node &node, Tensor w, Tensor r, int gates,
             const std::vector<std::string> &activations);

  Builder &b;
  Tensor r;
  Size hidden;
  DType compute;

  Shape state_shape() const { return {directions_, batch_, hidden}; }
  Shape projection_shape() const {
    return {directions_, steps_, batch_, hidden * gates_};
  }
  /// W's (or R's) bias of row `row` of the gates; 0 if there are no biases.
  Scalar input_bias(Scalar direction, Scalar row) const;
  Scalar recurrent_bias(Scalar direction, Scalar row) const;
  /// [D, T, B, G*H]: X * W^T + `bias`(direction, row), for all times at once.
  Tensor project_input(const std::function<Scalar(Scalar, Scalar)> &bias) const;
  /// The projection's element for this step of point (direction, batch).
  Scalar projected(Tensor projection, const Moment &moment, Scalar direction,
                   Scalar batch, Scalar row) const;
  /// sum over k of state[d, b, k] * R[d, row, k]
  std::pair<Scalar, Scalar> factors(Tensor state, std::span<const Scalar> point,
                                    Scalar row, Scalar k) const;
  /// Row `unit` of gate `gate`.
  Scalar row(int gate, Scalar unit) const;
  /// Activation `which` of the direction, after `clip` for those of gates.
  Scalar activated(int which, Scalar direction, Scalar x,
                   bool gate = true) const;
  /// `next` while the sequence lasts, then `last`.
  Scalar held(const Moment &moment, Scalar batch, Scalar next,
              Scalar last) const;

  using Step =
      std::function<Tensors(const Moment &moment, const Tensors &states)>;
  /// Runs all steps from the initial states, which are operands `initial`
  /// (absent: zero), and binds outputs Y, Y_h, Y_c, ...: states[0] is H.
  void run(std::span<const int> initial, const Step &step) const;

private:
  Tensor initial_state(int position) const;
  Scalar length(Scalar batch) const;
  Scalar other_end(Scalar step, Scalar direction, Scalar batch) const;
  void output_sequence(Tensor history) const;
  void output_state(int position, Tensor state) const;

  const Node &node_;
  Tensor x_, w_, bias_, lengths_;
  int directions_;
  bool reversed_; ///< The first direction runs backwards.
  bool batch_major_;
  int gates_;
  Size steps_, batch_, inputs_;
  double clip_;
  std::vector<Activation> activations_;
};

} // namespace landfall::frontend
