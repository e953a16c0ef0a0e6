//===- if_else.cpp - One of two graphs (If) ---------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/boxed.h"
#include "frontend/onnx/families/compute_type.h"

namespace landfall::onnx {
namespace {

void output_all(const Node &node, std::span<const Any> values) {
  node.expect(static_cast<int>(values.size()) == node.output_count(),
              "the branch has " + std::to_string(values.size()) +
                  " outputs, the node " + std::to_string(node.output_count()));
  for (size_t k = 0; k < values.size(); ++k)
    node.output(static_cast<int>(k), values[k]);
}

// outputs = cond ? then_branch() : else_branch(). With a condition known now
// only the taken branch is built, so the other may be of any type.
void if_else(Node &node) {
  Builder &b = node.b();
  Tensor condition = node.input(0, "cond");
  const Graph &then_graph = node.graph_attr("then_branch");
  const Graph &else_graph = node.graph_attr("else_branch");
  if (auto known = known_integer(b, condition))
    return output_all(
        node, node.import_body(*known != 0 ? then_graph : else_graph, {}));
  std::vector<Any> taken, other;
  std::vector<Any> results = b.if_else(
      one_element(node, condition),
      [&] { return taken = node.import_body(then_graph, {}); },
      [&] { return other = node.import_body(else_graph, {}); });
  for (size_t k = 0; k < results.size(); ++k)
    results[k] = with_facts(
        results[k], common_facts(facts_of(taken[k]), facts_of(other[k])));
  output_all(node, results);
}

} // namespace

LANDFALL_ONNX(if_else, {"If", 1, if_else})

} // namespace landfall::onnx
