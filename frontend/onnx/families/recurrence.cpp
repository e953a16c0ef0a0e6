//===- recurrence.cpp - What LSTM, GRU and RNN share ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/recurrence.h"

#include "frontend/onnx/families/strided_slice.h"
#include "frontend/onnx/support/checked_index.h"
#include "ir/many_operands.h"

namespace landfall::frontend {

namespace {

/// Two directions whose R is larger, together, run one after the other: a
/// second-level cache holds this much or a little more.
constexpr double largest_together = 1 << 20; // Bytes.

} // namespace

Recurrence::Recurrence(const Node &node, int gates,
                       const std::vector<std::string> &activations)
    : Recurrence(node, node.input(1, "W"), node.input(2, "R"), gates,
                 activations) {}

Recurrence::Recurrence(const Node &node, Tensor w, Tensor r, int gates,
                       const std::vector<std::string> &activations)
    : b(node.b()), r(r), node_(node), x_(node.input(0, "X")), w_(w),
      bias_(node.optional_input(3, "B", 2)),
      lengths_(node.optional_input(4, "sequence_lens")), gates_(gates) {
  node.expect(x_.rank() == 3 && w_.rank() == 3 && r.rank() == 3,
              "X, W and R must have rank 3");
  std::string direction = node.string_attr("direction", "forward");
  node.expect(direction == "forward" || direction == "reverse" ||
                  direction == "bidirectional",
              "direction \"" + direction + "\" is not known");
  directions_ = node_directions_ = direction == "bidirectional" ? 2 : 1;
  reversed_ = direction == "reverse";
  batch_major_ = node.flag_attr("layout", false);
  steps_ = x_.dim(batch_major_ ? 1 : 0);
  batch_ = x_.dim(batch_major_ ? 0 : 1);
  inputs_ = x_.dim(2);
  hidden = r.dim(2);
  compute = compute_type(x_.dtype());
  clip_ = node.has_attr("clip") ? node.float_attr("clip") : 0;
  activations_ = bind_activations(node, directions_, activations);

  if (node.has_attr("hidden_size"))
    require_equal(b, hidden, node.int_attr("hidden_size"),
                  "R's rows do not have the length 'hidden_size'");
  require_equal(b, w_.dim(0), directions_,
                "W's first dimension is not the "
                "number of directions");
  require_equal(b, r.dim(0), directions_,
                "R's first dimension is not the "
                "number of directions");
  require_equal(b, w_.dim(2), inputs_, "W's rows do not have X's length");
  require_equal(b, w_.dim(1), hidden * gates, "W has a wrong number of rows");
  require_equal(b, r.dim(1), hidden * gates, "R has a wrong number of rows");
  if (bias_) {
    require_equal(b, bias_.dim(0), directions_,
                  "B's first dimension is not the number of directions");
    require_equal(b, bias_.dim(1), hidden * (2 * gates),
                  "B has a wrong length");
  }
  if (lengths_)
    lengths_ = checked_lengths(node, lengths_, "sequence_lens", batch_, steps_);
}

Scalar Recurrence::direction(Scalar direction) const {
  return directions_ < node_directions_ ? b.index(first_direction_) : direction;
}

Scalar Recurrence::input_bias(Scalar direction, Scalar row) const {
  return bias_ ? convert(bias_.at({this->direction(direction), row}), compute)
               : b.literal(compute, 0);
}

Scalar Recurrence::recurrent_bias(Scalar direction, Scalar row) const {
  return input_bias(direction, bias_ ? row + b.scalar(hidden * gates_) : row);
}

Tensor Recurrence::project_input(
    const std::function<Scalar(Scalar, Scalar)> &bias) const {
  Contraction c;
  c.shape = projection_shape();
  c.reduce = {inputs_};
  c.accumulator = compute;
  c.factors = [&](std::span<const Scalar> p, std::span<const Scalar> k) {
    Scalar input =
        batch_major_ ? x_.at({p[2], p[1], k[0]}) : x_.at({p[1], p[2], k[0]});
    Scalar weight = w_.at({p[0], p[3], k[0]});
    return std::pair(convert(input, compute), convert(weight, compute));
  };
  c.epilogue = [&](std::span<const Scalar> p, Scalar sum) {
    return bias_ ? sum + bias(p[0], p[3]) : sum;
  };
  return b.contract(c);
}

/// Lengths beyond the tensor's extent count as that.
Scalar Recurrence::length(Scalar batch) const {
  if (!lengths_)
    return b.scalar(steps_);
  // Checked; the bounds tell that indices are inside.
  return minimum(maximum(lengths_.at({batch}), 0), b.scalar(steps_));
}

/// The time at which a direction makes its step number `step`, and, being its
/// own inverse, the step at a time. At least 0.
Scalar Recurrence::other_end(Scalar step, Scalar direction,
                             Scalar batch) const {
  if (directions_ == 1 && !reversed_)
    return step;
  Scalar mirrored = length(batch) - 1.0 - step;
  if (lengths_)
    mirrored = maximum(mirrored, 0);
  return directions_ == 1 ? mirrored : select(direction == 1, mirrored, step);
}

Scalar Recurrence::projected(Tensor projection, const Moment &moment,
                             Scalar direction, Scalar batch, Scalar row) const {
  Scalar time = other_end(moment.step(b), direction, batch);
  return projection.at({this->direction(direction), time, batch, row});
}

std::pair<Scalar, Scalar> Recurrence::factors(Tensor state,
                                              std::span<const Scalar> point,
                                              Scalar row, Scalar k) const {
  return {state.at({point[0], point[1], k}),
          convert(r.at({point[0], row, k}), compute)};
}

Scalar Recurrence::row(int gate, Scalar unit) const {
  return gate == 0 ? unit : unit + b.scalar(hidden * gate);
}

Scalar Recurrence::activated(int which, Scalar direction, Scalar x,
                             bool gate) const {
  if (gate && clip_ > 0)
    x = minimum(maximum(x, -clip_), clip_);
  const Activation &first = activations_[which];
  if (directions_ == 1)
    return activate(first, x);
  const Activation &second =
      activations_[activations_.size() / 2 + size_t(which)];
  if (first == second)
    return activate(first, x);
  return select(direction == 0, activate(first, x), activate(second, x));
}

Scalar Recurrence::held(const Moment &moment, Scalar batch, Scalar next,
                        Scalar last) const {
  if (!lengths_)
    return next;
  return select(moment.step(b) < length(batch), next, last);
}

Tensor Recurrence::initial_state(int position) const {
  Tensor given = node_.optional_input(position, "initial state", 3);
  Shape shape = {node_directions_, batch_, hidden};
  if (batch_major_)
    std::swap(shape[0], shape[1]);
  for (int axis = 0; given && axis < 3; ++axis)
    require_equal(b, given.dim(axis), shape[axis],
                  "an initial state has another shape than the states");
  return b.map(state_shape(), compute, [&](std::span<const Scalar> p) {
    if (!given)
      return b.literal(compute, 0);
    Scalars at = {direction(p[0]), p[1], p[2]};
    if (batch_major_)
      std::swap(at[0], at[1]);
    return convert(given.at(at), compute);
  });
}

bool Recurrence::runs_in_parts() const {
  std::optional<int64_t> rows = r.dim(1).constant(), width = hidden.constant();
  return may_part_ && directions_ == 2 && steps_ != Size(1) && rows && width &&
         2.0 * double(*rows) * double(*width) * double(size_of(r.dtype())) >
             largest_together;
}

/// One direction of a layer of two.
Recurrence Recurrence::part(int direction) const {
  Recurrence result(*this);
  result.directions_ = 1;
  result.first_direction_ = direction;
  result.reversed_ = direction == 1;
  result.r = slice_along(r, 0, direction, 1);
  size_t half = activations_.size() / 2;
  auto first = activations_.begin() + ptrdiff_t(half) * direction;
  result.activations_.assign(first, first + ptrdiff_t(half));
  return result;
}

Recurrence::Run Recurrence::run_parts(std::span<const int> initial,
                                      const Step &step) const {
  Run forward = part(0).run_steps(initial, step),
      backward = part(1).run_steps(initial, step);
  Run both;
  for (size_t i = 0; i < initial.size(); ++i)
    both.states.push_back(
        ir::concatenate(b, Tensors{forward.states[i], backward.states[i]}, 0));
  if (forward.history)
    both.history =
        ir::concatenate(b, Tensors{forward.history, backward.history}, 1);
  return both;
}

Recurrence::Run Recurrence::run_steps(std::span<const int> initial,
                                      const Step &step) const {
  Run run;
  for (int position : initial)
    run.states.push_back(initial_state(position));
  if (steps_ == Size(1)) {
    run.states = step({*this, {}}, run.states);
    run.history = b.reshape(run.states[0], joined({1}, state_shape()));
    return run;
  }
  bool wants_sequence = node_.wants_output(0);
  std::vector<Any> carried(run.states.begin(), run.states.end());
  auto body = [&](const Builder::LoopState &state) {
    Tensors now;
    for (const Any &value : state.carried)
      now.push_back(value.tensor);
    Tensors next = step({*this, state.iteration}, now);
    Builder::LoopStep result;
    result.carried.assign(next.begin(), next.end());
    if (wants_sequence)
      result.collected.push_back(next[0]);
    return result;
  };
  std::vector<Any> results = b.loop(b.from_size(steps_), {}, carried, body);
  for (size_t i = 0; i < run.states.size(); ++i)
    run.states[i] = results[i].tensor;
  if (wants_sequence)
    run.history = results[run.states.size()].tensor;
  return run;
}

void Recurrence::run(std::span<const int> initial, const Step &step) const {
  Run done =
      runs_in_parts() ? run_parts(initial, step) : run_steps(initial, step);
  if (node_.wants_output(0))
    output_sequence(done.history);
  for (size_t i = 0; i < done.states.size(); ++i)
    if (node_.wants_output(int(i) + 1))
      output_state(int(i) + 1, done.states[i]);
}

/// Y [T, D, B, H] (batch major: [B, T, D, H]) from the states by step; 0 after
/// the end of a sequence.
void Recurrence::output_sequence(Tensor history) const {
  Shape shape = {steps_, directions_, batch_, hidden};
  if (batch_major_)
    shape = {batch_, steps_, directions_, hidden};
  auto element = [&](std::span<const Scalar> p) {
    Scalar time = p[batch_major_ ? 1 : 0];
    Scalar direction = p[batch_major_ ? 2 : 1];
    Scalar batch = p[batch_major_ ? 0 : 2];
    Scalar step = other_end(time, direction, batch);
    Scalars from = {step, direction, batch, p[3]};
    if (!lengths_)
      return convert(history.at(from), x_.dtype());
    Scalar value =
        history.at_or(from, time < length(batch), b.literal(compute, 0));
    return convert(value, x_.dtype());
  };
  node_.output(0, b.map(shape, x_.dtype(), element));
}

void Recurrence::output_state(int position, Tensor state) const {
  Shape shape = state_shape();
  if (batch_major_)
    std::swap(shape[0], shape[1]);
  node_.output(position,
               b.map(shape, x_.dtype(), [&](std::span<const Scalar> p) {
                 return convert(batch_major_ ? state.at({p[1], p[0], p[2]})
                                             : state.at(p),
                                x_.dtype());
               }));
}

} // namespace landfall::frontend
