//===- survey.cpp - An import that outlives its refusals ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/survey.h"

#include "onnx_format/graph_plan.h"

namespace landfall::frontend {

using Fate = SurveyedNode::Fate;

bool Survey::refuse(const Error &error) {
  if (!current_)
    return false;
  refused_.insert(*current_);
  nodes_[*current_].fate = Fate::refused;
  // The file and the main graph's node are known to who asks; what is within
  // the node is not.
  Error within = error;
  within.place.file.clear();
  if (within.place.around.empty())
    within.place.node = {};
  else
    within.place.around.pop_back();
  nodes_[*current_].reason = render(within);
  return true;
}

std::set<size_t> Survey::owners(const std::string &origin) const {
  auto found = owners_.find(origin);
  return found == owners_.end() ? std::set<size_t>() : found->second;
}

void Survey::start(const onnx::GraphProto &graph) {
  graph_ = &graph;
  current_.reset();
  unknown_.clear();
  kept.clear();
  nodes_.resize(graph.node.size());
  for (size_t i = 0; i < nodes_.size(); ++i) {
    const onnx::NodeProto &node = graph.node[i];
    nodes_[i].name = std::string(node.name);
    nodes_[i].op = onnx::model_node(node).op;
    nodes_[i].outputs.assign(node.output.begin(), node.output.end());
    if (!refused_.contains(i))
      nodes_[i].fate = Fate::unused;
  }
}

bool Survey::leaves_out(const onnx::NodeProto &node) {
  size_t number = number_of(node);
  if (refused_.contains(number))
    return true;
  std::string unknown = unknown_input(node);
  if (unknown.empty())
    return false;
  nodes_[number].fate = Fate::unknown;
  nodes_[number].reason = "the type of '" + unknown +
                          "', which a node gives that is refused, is not "
                          "declared in the model";
  return true;
}

void Survey::set_current(const onnx::NodeProto *node) {
  current_.reset();
  if (!node)
    return;
  current_ = number_of(*node);
  nodes_[*current_].fate = Fate::imported;
}

void Survey::note(const onnx::NodeProto &node) {
  if (current_)
    owners_[onnx::model_node(node).name].insert(*current_);
}

const onnx::ValueInfoProto *Survey::declaration(onnx::Text output) const {
  for (auto *list : {&graph_->value_info, &graph_->output})
    for (const onnx::ValueInfoProto &value : *list)
      if (value.name == output && value.type.shape &&
          value.type.kind == onnx::TypeProto::Kind::tensor)
        return &value;
  return nullptr;
}

/// A name that the node or a subgraph of it uses, and of which nothing is
/// known.
std::string Survey::unknown_input(const onnx::NodeProto &node) const {
  for (onnx::Text input : node.input)
    if (is_unknown(input))
      return std::string(input);
  auto look_at = [&](const onnx::GraphProto &graph) -> std::string {
    auto plan = onnx::plan_graph(onnx::body_of(graph));
    if (plan)
      for (const onnx::Capture &capture : plan->captures)
        if (is_unknown(capture.name))
          return std::string(capture.name);
    return "";
  };
  for (const onnx::AttributeProto &attribute : node.attribute) {
    if (attribute.g)
      if (std::string unknown = look_at(*attribute.g); !unknown.empty())
        return unknown;
    for (const onnx::GraphProto &graph : attribute.graphs)
      if (std::string unknown = look_at(graph); !unknown.empty())
        return unknown;
  }
  return "";
}

} // namespace landfall::frontend
