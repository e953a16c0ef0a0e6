//===- replay.cpp - Nodes imported once more ------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/importer/replay.h"

#include "frontend/onnx/importer/node_state.h"

#include <deque>

namespace landfall::frontend {

struct Replay::Steps {
  Scope::Replayed graph;
  std::deque<NodeState> states;
};

Replay::Replay(const Node &node, std::span<const std::string> sources,
               std::span<const Any> values, const std::string &result)
    : steps_(std::make_unique<Steps>()) {
  auto note = [&](const NodeState &state) {
    steps_->states.push_back(state);
    steps_->states.back().answers = {};
  };
  result_ =
      node.state_.scope.replay(sources, values, result, note, steps_->graph);
  node.b().set_origin(onnx::model_node(node.state_.proto));
}

Replay::~Replay() = default;

size_t Replay::size() const { return steps_->states.size(); }

Node Replay::node(size_t step) const { return Node(steps_->states[step]); }

std::span<const Any> Replay::inputs(size_t step) const {
  return steps_->states[step].inputs;
}

std::span<const Any> Replay::outputs(size_t step) const {
  return steps_->states[step].outputs;
}

} // namespace landfall::frontend
