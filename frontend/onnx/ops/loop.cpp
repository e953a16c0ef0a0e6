//===- loop.cpp - A graph again and again -----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/owned_constant.h"
#include "frontend/onnx/support/boxed.h"
#include "frontend/onnx/support/one_element.h"

namespace landfall::frontend {
namespace {

Tensor true_constant(Builder &b) {
  uint8_t yes = 1;
  return b.constant(owned_constant<uint8_t>(DType::boolean, {}, {&yes, 1}));
}

Tensor optional_scalar(const Node &node, int position, std::string_view name) {
  Tensor x = node.optional_input(position, name);
  return x ? one_element(node, x) : x;
}

// body(iteration, condition, carried...) -> (condition, carried..., collected
// ...), at most M times and as long as the condition holds; without an operand
// `cond` the body's condition means nothing. Results: the carried values at the
// end, and each collected one stacked along a new first dimension.
void loop(Node &node) {
  Builder &b = node.b();
  const Graph &body = node.graph_attr("body");
  Tensor trip_count = optional_scalar(node, 0, "M");
  Tensor condition = optional_scalar(node, 1, "cond");
  std::vector<Any> init;
  for (int k = 2; k < node.input_count(); ++k)
    init.push_back(node.any_input(k, "v_initial"));
  size_t carried = init.size();
  node.expect(node.body_input_count(body) == static_cast<int>(carried) + 2,
              "'body' must take the iteration, the condition and " +
                  std::to_string(carried) + " carried values");
  node.expect(node.body_output_count(body) > static_cast<int>(carried),
              "'body' must yield a condition and the carried values");
  std::vector<Any> yielded;
  auto step = [&](const Builder::LoopState &state) {
    std::vector<Any> inputs = {state.iteration, true_constant(b)};
    for (size_t k = 0; k < carried; ++k)
      inputs.push_back(
          with_facts(state.carried[k], type_only(facts_of(init[k]))));
    yielded = node.import_body(body, inputs);
    Builder::LoopStep result;
    node.expect(bool(yielded[0].tensor),
                "the body's condition must be a tensor");
    if (condition)
      result.proceed = one_element(node, yielded[0].tensor);
    for (size_t k = 1; k < yielded.size(); ++k) {
      if (k <= carried)
        result.carried.push_back(yielded[k]);
      else if (yielded[k].tensor)
        result.collected.push_back(yielded[k].tensor);
      else
        node.invalid("a stacked output must be a tensor");
    }
    return result;
  };
  std::vector<Any> results = b.loop(trip_count, condition, init, step);
  for (size_t k = 0; k < results.size(); ++k) {
    if (k < carried)
      results[k] =
          with_facts(results[k],
                     common_facts(facts_of(init[k]), facts_of(yielded[k + 1])));
    node.output(static_cast<int>(k), results[k]);
  }
}

} // namespace

LANDFALL_ONNX(loop, {"Loop", 1, loop})

} // namespace landfall::frontend
