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

class Recurrence;

/// The step being computed.
struct Moment {
  const Recurrence &part; ///< The layer, or one direction of it.
  Tensor iteration;       ///< The step's number. Absent: the only one.
  Scalar step(Builder &b) const {
    return iteration ? iteration.at({}) : b.index(0);
  }
};

/// A recurrent layer: X [T, B, I] (or batch major [B, T, I]), weights W [D,
/// G*H, I] and R [D, G*H, H] for D directions and G gates. A reversed direction
/// visits its times backwards, each sequence from its own last element. States
/// are [D, B, H] in the compute type; a sequence that has ended keeps its
/// state.
///
/// All directions advance in the same step, as one launch for both is cheaper
/// than two; but if their R is so large that each would push the other's out of
/// the cache, they run one after the other, each as a layer of one direction
/// (a part), for which D is 1.
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

  /// Keeps directions in the same step, whatever the size of R.
  void keep_together() { may_part_ = false; }
  /// The direction of the node that is number `direction` of this part.
  Scalar direction(Scalar direction) const;
  Shape state_shape() const { return {directions_, batch_, hidden}; }
  /// Of all the node's directions.
  Shape projection_shape() const {
    return {node_directions_, steps_, batch_, hidden * gates_};
  }
  /// W's (or R's) bias of row `row` of the gates; 0 if there are no biases.
  /// Here and in what follows, `direction` is the number in this part.
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

  /// The next states, of the moment's part of the layer.
  using Step =
      std::function<Tensors(const Moment &moment, const Tensors &states)>;
  /// Runs all steps from the initial states, which are operands `initial`
  /// (absent: zero), and binds outputs Y, Y_h, Y_c, ...: states[0] is H.
  void run(std::span<const int> initial, const Step &step) const;

private:
  /// What running leaves: the last states [D, B, H] and, if it is wanted, H by
  /// step [T, D, B, H].
  struct Run {
    Tensors states;
    Tensor history;
  };
  Run run_steps(std::span<const int> initial, const Step &step) const;
  Run run_parts(std::span<const int> initial, const Step &step) const;
  bool runs_in_parts() const;
  Recurrence part(int direction) const;
  Tensor initial_state(int position) const;
  Scalar length(Scalar batch) const;
  Scalar other_end(Scalar step, Scalar direction, Scalar batch) const;
  void output_sequence(Tensor history) const;
  void output_state(int position, Tensor state) const;

  const Node &node_;
  Tensor x_, w_, bias_, lengths_;
  int node_directions_;     ///< Those of the node,
  int directions_;          ///< and of this part,
  int first_direction_ = 0; ///< from which on.
  bool may_part_ = true;
  bool reversed_; ///< The first direction runs backwards.
  bool batch_major_;
  int gates_;
  Size steps_, batch_, inputs_;
  double clip_;
  std::vector<Activation> activations_;
};

} // namespace landfall::frontend
