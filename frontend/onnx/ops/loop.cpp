//===- loop.cpp - A graph again and again -----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/owned_constant.h"
#include "frontend/onnx/support/boxed.h"
#include "frontend/onnx/support/one_element.h"

#include <algorithm>

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

/// The outputs that are stacked over the iterations. The builder's loop stacks
/// tensors. Values whose rank only the run knows are collected in a sequence
/// that the loop carries, and stacked at the end.
class Stacks {
public:
  Stacks(const Node &node, size_t count)
      : node_(node), types_(count), is_listed_(count) {}

  size_t count() const { return types_.size(); }
  bool is_listed(size_t k) const { return is_listed_[k]; }
  size_t lists() const { return size_t(std::ranges::count(is_listed_, true)); }

  /// Takes what an iteration gives: into the carried `list` if there is one.
  void add(size_t k, const Any &value, const Any *list,
           Builder::LoopStep &step) {
    types_[k] = type_only(facts_of(value));
    if (list)
      return step.carried.push_back(
          sequence_insert(node_.b(), *list, value, {}));
    if (value.tensor)
      return step.collected.push_back(value.tensor);
    node_.expect(!types_[k] || types_[k]->kind == ValueKind::tensor,
                 "a stacked output must be a tensor");
    if (!types_[k] || !types_[k]->dtype)
      node_.unsupported("a stacked output whose element type only the run "
                        "decides");
  }
  /// After the loop was built: lists the outputs that it could not stack.
  /// Whether there are any, so that it must be built again.
  bool list_more() {
    bool more = false;
    for (size_t k = 0; k < types_.size(); ++k)
      if (!is_listed_[k] && !types_[k]->rank)
        is_listed_[k] = more = true;
    return more;
  }

  Any stack_of(size_t k, const Any &list) const {
    BoxFacts facts;
    facts.kind = ValueKind::tensor;
    facts.dtype = types_[k]->dtype;
    if (types_[k]->rank)
      facts.rank = *types_[k]->rank + 1;
    for (int rank : types_[k]->ranks)
      facts.ranks.push_back(rank + 1);
    SignatureValue type;
    type.kind = ValueKind::unknown_rank;
    int64_t extra[] = {static_cast<int64_t>(*facts.dtype)};
    Any stack = node_.b().box(BoxFunction::sequence_stack, {&list, 1},
                              {&type, 1}, extra)[0];
    return with_facts(stack, std::make_shared<BoxFacts>(facts));
  }

private:
  const Node &node_;
  std::vector<Facts> types_; ///< Of what the last iteration gave.
  std::vector<bool> is_listed_;
};

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
  Stacks stacks(node, size_t(node.body_output_count(body)) - carried - 1);
  auto step = [&](const Builder::LoopState &state) {
    std::vector<Any> inputs = {state.iteration, true_constant(b)};
    inputs.insert(inputs.end(), state.carried.begin(),
                  state.carried.begin() + static_cast<std::ptrdiff_t>(carried));
    std::vector<Any> yielded = node.import_body(body, inputs);
    Builder::LoopStep result;
    node.expect(bool(yielded[0].tensor),
                "the body's condition must be a tensor");
    if (condition)
      result.proceed = one_element(node, yielded[0].tensor);
    for (size_t k = 0; k < carried; ++k)
      result.carried.push_back(yielded[k + 1]);
    size_t list = carried;
    for (size_t k = 0; k < stacks.count(); ++k) {
      const Any *here = stacks.is_listed(k) ? &state.carried[list++] : nullptr;
      stacks.add(k, yielded[carried + 1 + k], here, result);
    }
    return result;
  };
  Builder::Mark mark = b.mark();
  std::vector<Any> results = b.loop(trip_count, condition, init, step);
  while (stacks.list_more()) {
    b.discard_since(mark, 0);
    init.resize(carried);
    init.resize(carried + stacks.lists(), make_empty_sequence(b, DType::f32));
    results = b.loop(trip_count, condition, init, step);
  }
  for (size_t k = 0; k < carried; ++k)
    node.output(static_cast<int>(k), results[k]);
  size_t list = carried, tensor = init.size();
  for (size_t k = 0; k < stacks.count(); ++k)
    node.output(static_cast<int>(carried + k),
                stacks.is_listed(k) ? stacks.stack_of(k, results[list++])
                                    : results[tensor++]);
}

} // namespace

LANDFALL_ONNX(loop, {"Loop", 1, loop})

} // namespace landfall::frontend
