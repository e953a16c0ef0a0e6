//===- if_else.cpp - One of two graphs (If) ---------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/boxed.h"
#include "frontend/onnx/support/one_element.h"

namespace landfall::frontend {
namespace {

void output_all(const Node &node, std::span<const Any> values) {
  node.expect(static_cast<int>(values.size()) == node.output_count(),
              "the branch has " + std::to_string(values.size()) +
                  " outputs, the node " + std::to_string(node.output_count()));
  for (size_t k = 0; k < values.size(); ++k)
    node.output(static_cast<int>(k), values[k]);
}

/// Both branches, as far as one type can hold the values of either.
std::vector<Any> both(Node &node, Tensor condition, const Graph &then_graph,
                      const Graph &else_graph, BranchChoices::OpenIf open_if) {
  std::optional<std::vector<Any>> taken, other;
  auto build = [&](const Graph &graph,
                   std::optional<std::vector<Any>> &values) {
    values = node.import_body(graph, {});
    return *values;
  };
  std::vector<Any> results;
  try {
    results = node.b().if_else(
        one_element(node, condition), [&] { return build(then_graph, taken); },
        [&] { return build(else_graph, other); });
  } catch (const BuildError &failure) {
    if (taken && other)
      node.branches_differ(open_if, failure.error);
    throw;
  }
  for (size_t k = 0; k < results.size(); ++k)
    results[k] = with_facts(
        results[k], common_facts(facts_of((*taken)[k]), facts_of((*other)[k])));
  return results;
}

// outputs = cond ? then_branch() : else_branch(). With a condition known now
// only the taken branch is built, so the other may be of any type.
void if_else(Node &node) {
  Builder &b = node.b();
  Tensor condition = node.input(0, "cond");
  const Graph &then_graph = node.graph_attr("then_branch");
  const Graph &else_graph = node.graph_attr("else_branch");
  auto only = [&](bool then) {
    output_all(node, node.import_body(then ? then_graph : else_graph, {}));
  };
  if (auto known = known_integer(b, condition))
    return only(*known != 0);
  BranchChoices::OpenIf open_if = node.next_open_if();
  if (open_if.assumed) {
    bool then = *open_if.assumed;
    b.require(equal(b.read(condition, 0, {0, 1}), then ? 1 : 0),
              "the model was compiled for the " +
                  std::string(then ? "then" : "else") + " branch of '" +
                  node.name() + "' only, because the two differ in type");
    return only(then);
  }
  output_all(node, both(node, condition, then_graph, else_graph, open_if));
}

} // namespace

LANDFALL_ONNX(if_else, {"If", 1, if_else})

} // namespace landfall::frontend
