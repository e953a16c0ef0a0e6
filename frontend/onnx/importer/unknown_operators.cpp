//===- unknown_operators.cpp ----------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/unknown_operators.h"

#include "frontend/onnx/importer/nesting.h"
#include "frontend/onnx/importer/registry.h"
#include "onnx_format/graph_plan.h"

#include <map>
#include <set>

namespace landfall::frontend {

namespace {

class OperatorSurvey {
public:
  explicit OperatorSurvey(const FunctionTable &functions)
      : functions_(functions) {}

  void look_at(const onnx::GraphBody &body, const Opsets &opsets) {
    Nesting nesting(depth_);
    onnx::GraphPlan plan = value_or_throw(onnx::plan_graph(body));
    for (const onnx::NodeProto *node : plan.nodes) {
      look_at(*node, opsets);
      for (const onnx::AttributeProto &attribute : node->attribute) {
        if (attribute.g)
          look_at(onnx::body_of(*attribute.g), opsets);
        for (const onnx::GraphProto &graph : attribute.graphs)
          look_at(onnx::body_of(graph), opsets);
      }
    }
  }

  /// "Foo (opset 13): node 'a' (Foo) and 1 more, ..."; empty if all are known.
  std::string unknown() const {
    std::string text;
    for (const auto &[type, users] : unknown_)
      text +=
          (text.empty() ? "" : ", ") + type + ": " + describe(users.first) +
          (users.count > 1 ? " and " + std::to_string(users.count - 1) + " more"
                           : "");
    return text;
  }

  /// The first node whose operator is unknown.
  const ModelNode &first() const { return first_; }

private:
  void look_at(const onnx::NodeProto &node, const Opsets &opsets) {
    if (const onnx::FunctionProto *function = functions_.find(node)) {
      if (seen_.insert(function).second)
        look_at(onnx::body_of(*function),
                Opsets(function->opset_import, &opsets));
      return;
    }
    onnx::Text domain = onnx::canonical_domain(node.domain);
    int version = opsets.version(domain);
    if (find_operator(domain, node.op_type, version))
      return;
    std::string name = domain.empty() ? "" : std::string(domain) + ".";
    Users &users = unknown_[name + std::string(node.op_type) + " (opset " +
                            std::to_string(version) + ")"];
    if (users.count++ == 0)
      users.first = onnx::model_node(node);
    if (first_.empty()) {
      first_ = onnx::model_node(node);
      first_.opset = version;
    }
  }

  struct Users {
    int count = 0;
    ModelNode first;
  };

  const FunctionTable &functions_;
  int depth_ = 0;
  ModelNode first_;
  std::map<std::string, Users> unknown_;
  std::set<const onnx::FunctionProto *> seen_;
};

} // namespace

void check_operators(const onnx::GraphProto &graph, const Opsets &opsets,
                     const FunctionTable &functions) {
  OperatorSurvey survey(functions);
  survey.look_at(onnx::body_of(graph), opsets);
  std::string unknown = survey.unknown();
  if (unknown.empty())
    return;
  Error error{ErrorCode::unsupported,
              "the model uses operators that are not implemented: " + unknown +
                  "; export it with another opset, or define them as "
                  "functions of the model"};
  throw BuildError(error.at(survey.first()));
}

} // namespace landfall::frontend
