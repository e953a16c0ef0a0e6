//===- if_else.cpp - One of two graphs (If) ---------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/build_error.h"
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

/// Whether a value is a tensor in both branches, but of another type.
bool differ(std::span<const Any> results, std::span<const Any> taken,
            std::span<const Any> other) {
  for (size_t k = 0; k < results.size(); ++k)
    if (results[k].box && taken[k].tensor && other[k].tensor)
      return true;
  return false;
}

// outputs = cond ? then_branch() : else_branch(). With a condition known now
// only the taken branch is built. If one type cannot hold what either gives, or
// a branch can only fail, the rest of the graph goes with the branch: a run
// that takes one that cannot be built fails.
void if_else(Node &node) {
  Builder &b = node.b();
  Tensor condition = node.input(0, "cond");
  const Graph &then_graph = node.graph_attr("then_branch");
  const Graph &else_graph = node.graph_attr("else_branch");
  auto only = [&](bool then) {
    output_all(node, node.import_body(then ? then_graph : else_graph, {}));
  };
  auto known = b.contents(condition);
  if (known && known->size() == 1)
    if (auto answer = node.answer((*known)[0]))
      return only(*answer != 0);
  auto decide = [&] {
    return node.decide([&] { return b.read(condition, 0, {0, 1}); }, {1, 0},
                       "operand cond (number 0)");
  };
  if (node.is_answered())
    return only(decide() != 0);
  std::vector<Any> taken, other;
  auto build = [&](const Graph &graph, std::vector<Any> &values) {
    values = node.import_body(graph, {});
    return values;
  };
  std::vector<Any> results;
  bool is_legal = true;
  try {
    results = b.if_else(
        one_element(node, condition), [&] { return build(then_graph, taken); },
        [&] { return build(else_graph, other); });
  } catch (const BuildError &failure) {
    if (failure.error.code != ErrorCode::invalid_model)
      throw;
    node.warn("a run that takes this branch fails: " + render(failure.error));
    is_legal = false;
  }
  if (!is_legal || differ(results, taken, other))
    return only(decide() != 0);
  output_all(node, results);
}

} // namespace

LANDFALL_ONNX(if_else, {"If", 1, if_else})

} // namespace landfall::frontend
