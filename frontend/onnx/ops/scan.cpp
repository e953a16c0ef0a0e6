//===- scan.cpp - A graph along the slices of tensors -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/index_lists.h"
#include "frontend/onnx/support/permute.h"

namespace landfall::frontend {
namespace {

/// x[i] along `axis`, which goes away; i counts from the back if `reversed`.
Tensor slice_at(Builder &b, Tensor x, int axis, bool reversed, Tensor i) {
  return b.map(removed(x.shape(), axis), x.dtype(),
               [&](std::span<const Scalar> at) {
                 Scalar position = i.at(Scalars());
                 if (reversed)
                   position = b.scalar(x.dim(axis) - 1) - position;
                 return x.at(inserted(at, axis, position));
               });
}

/// A stack along the first dimension as one along `axis`, perhaps backwards.
Tensor place_stack(Builder &b, Tensor stack, int axis, bool reversed,
                   Size count) {
  stack = b.reshape(stack, replaced(stack.shape(), 0, count));
  if (reversed) {
    Tensor forwards = stack;
    stack =
        b.map(stack.shape(), stack.dtype(), [&](std::span<const Scalar> at) {
          Scalar last = b.scalar(count - 1);
          return forwards.at(replaced(at, 0, last - at[0]));
        });
  }
  if (axis == 0)
    return stack;
  std::vector<int> order;
  for (int d = 1; d < stack.rank(); ++d)
    order.push_back(d);
  order.insert(order.begin() + axis, 0);
  return permute(stack, order);
}

/// The node's operands and how it walks them.
struct Plan {
  const Graph *body;
  int states, scans, outputs; ///< Numbers of each.
  std::vector<int64_t> input_axes, input_directions;
  std::vector<int64_t> output_axes, output_directions;

  Plan(const Node &node, int operands) {
    body = &node.graph_attr("body");
    scans = node.count(node.int_attr("num_scan_inputs"), "'num_scan_inputs'", 1,
                       operands);
    states = operands - scans;
    outputs = node.body_output_count(*body) - states;
    node.expect(node.body_input_count(*body) == operands && outputs >= 0,
                "'body' does not fit the number of inputs");
    auto list = [&](const char *name, int count) {
      auto values = node.ints_attr(name, std::vector<int64_t>(count, 0));
      node.expect(static_cast<int>(values.size()) == count,
                  std::string("'") + name + "' needs " + std::to_string(count) +
                      " entries");
      return values;
    };
    input_axes = list("scan_input_axes", scans);
    input_directions = list("scan_input_directions", scans);
    output_axes = list("scan_output_axes", outputs);
    output_directions = list("scan_output_directions", outputs);
  }
};

/// One scan: the final states, then the placed outputs.
Tensors scan_once(Node &node, const Plan &plan, std::span<const Any> operands) {
  Builder &b = node.b();
  std::span<const Any> sources = operands.subspan(plan.states);
  std::vector<int> axes;
  Size count;
  for (int k = 0; k < plan.scans; ++k) {
    node.expect(bool(sources[k].tensor), "scan inputs must be tensors");
    axes.push_back(node.axis(plan.input_axes[k], sources[k].tensor.rank()));
    Size extent = sources[k].tensor.dim(axes[k]);
    if (k == 0)
      count = extent;
    else
      b.require(equal(count, extent), "the scan inputs must have one length");
  }
  auto step = [&](const Builder::LoopState &state) {
    std::vector<Any> inputs = state.carried;
    for (int k = 0; k < plan.scans; ++k)
      inputs.push_back(slice_at(b, sources[k].tensor, axes[k],
                                plan.input_directions[k] != 0,
                                state.iteration));
    std::vector<Any> yielded = node.import_body(*plan.body, inputs);
    Builder::LoopStep result;
    for (int k = 0; k < static_cast<int>(yielded.size()); ++k) {
      node.expect(bool(yielded[k].tensor), "'body' must yield tensors");
      if (k < plan.states)
        result.carried.push_back(yielded[k]);
      else
        result.collected.push_back(yielded[k].tensor);
    }
    return result;
  };
  std::vector<Any> init(operands.begin(), operands.begin() + plan.states);
  std::vector<Any> results = b.loop(b.from_size(count), {}, init, step);
  Tensors placed;
  for (int k = 0; k < static_cast<int>(results.size()); ++k) {
    Tensor result = results[k].tensor;
    node.expect(bool(result),
                "the body changes the rank of state " + std::to_string(k));
    int j = k - plan.states;
    if (j >= 0)
      result =
          place_stack(b, result, node.axis(plan.output_axes[j], result.rank()),
                      plan.output_directions[j] != 0, count);
    placed.push_back(result);
  }
  return placed;
}

// body(states..., slices...) -> (states..., outputs...) for each position along
// the axes of the scan inputs; the outputs are stacked.
void scan_9(Node &node) {
  std::vector<Any> operands;
  for (int k = 0; k < node.input_count(); ++k)
    operands.push_back(node.input(k, "initial_state_and_scan_inputs"));
  Plan plan(node, node.input_count());
  Tensors results = scan_once(node, plan, operands);
  for (size_t k = 0; k < results.size(); ++k)
    node.output(static_cast<int>(k), results[k]);
}

// Version 8: the same for each entry of a batch, every operand's first
// dimension.
void scan_8(Node &node) {
  Builder &b = node.b();
  if (node.has_input(0))
    node.unsupported("Scan-8 with 'sequence_lens'");
  Tensors operands;
  for (int k = 1; k < node.input_count(); ++k)
    operands.push_back(node.input(k, "initial_state_and_scan_inputs"));
  Plan plan(node, static_cast<int>(operands.size()));
  if (node.has_attr("directions"))
    plan.input_directions = node.ints_attr("directions");
  node.expect(static_cast<int>(plan.input_directions.size()) == plan.scans,
              "'directions' needs one entry a scan input");
  node.expect(!operands.empty(), "Scan needs operands");
  Size batch = operands[0].dim(0);
  for (Tensor operand : operands)
    b.require(equal(operand.dim(0), batch),
              "the operands must have one batch, their first dimension");
  auto entry = [&](const Builder::LoopState &state) {
    std::vector<Any> slices;
    for (Tensor operand : operands)
      slices.push_back(slice_at(b, operand, 0, false, state.iteration));
    return Builder::LoopStep{{}, {}, scan_once(node, plan, slices)};
  };
  std::vector<Any> results = b.loop(b.from_size(batch), {}, {}, entry);
  for (size_t k = 0; k < results.size(); ++k)
    node.output(static_cast<int>(k),
                place_stack(b, results[k].tensor, 0, false, batch));
}

} // namespace

LANDFALL_ONNX(scan, {"Scan", 8, scan_8}, {"Scan", 9, scan_9})

} // namespace landfall::frontend
