//===- alternatives.cpp - Nodes that depend on the run --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Ranks are static in core IR. Where a node's result depends on a number that
// only the run knows (the rank of an input, whether an extent is 1), the node
// and the rest of its graph are imported once for each value that the number
// may have, and the run chooses (docs/decisions/004-alternatives.md).
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/nesting.h"
#include "frontend/onnx/importer/scope.h"
#include "frontend/onnx/importer/survey.h"

#include <algorithm>

namespace landfall::frontend {

using ir::Any;
using ir::Builder;
using ir::Size;
using ir::Tensor;

std::optional<int64_t> Scope::answer(Size value) const {
  for (const Scope *scope = this; scope;
       scope = scope->outer_ ? scope->outer_ : scope->caller_)
    for (const auto &[asked, number] : scope->answers_)
      if (asked == value)
        return number;
  return std::nullopt;
}

std::optional<int64_t> Scope::last_rank() const {
  for (const Scope *scope = this; scope; scope = scope->outer_)
    if (scope->last_rank_)
      return scope->last_rank_;
  return std::nullopt;
}

Tensor Scope::unboxed(const ir::Box &box) const {
  for (const Scope *scope = this; scope; scope = scope->outer_)
    if (auto found = scope->unboxed_.find(box.opaque());
        found != scope->unboxed_.end())
      return found->second;
  return {};
}

void Scope::import_nodes(const onnx::GraphPlan &plan, size_t begin,
                         std::span<const onnx::Text> outputs, Answers answers) {
  bool is_surveyed = context_.survey && !outer_ && context_.calls.empty();
  for (size_t at = begin; at < plan.nodes.size(); ++at) {
    const onnx::NodeProto &node = *plan.nodes[at];
    Builder::Mark mark = context_.b.mark();
    std::optional<OpenQuestion> question;
    try {
      if (is_surveyed)
        survey_node(node, plan, answers);
      else
        import_node(node, plan, answers);
    } catch (OpenQuestion &open) {
      question = std::move(open);
    }
    if (question) {
      context_.b.discard_since(mark, question->value);
      // A survey imports each node once, and so does what is nested too deep.
      bool once = context_.survey || context_.depth >= Nesting::deepest / 2;
      if (!once)
        return import_alternatives(plan, at, outputs, answers, *question);
      assume_answer(plan, node, answers, *question);
      if (is_surveyed)
        context_.survey->set_current(nullptr);
    }
    answers.clear();
  }
}

static bool is_refusal(const Error &error) {
  return error.code != ErrorCode::internal &&
         error.code != ErrorCode::out_of_memory;
}

/// "the rank of operand X (number 0) is 2 in this run; 'conv' (Conv): reason"
static std::string refusal_text(const OpenQuestion &question, int64_t value,
                                Error error) {
  error.place.file.clear();
  return question.what + " is " + std::to_string(value) + " in this run; " +
         render(error);
}

void Scope::import_alternatives(const onnx::GraphPlan &plan, size_t begin,
                                std::span<const onnx::Text> outputs,
                                const Answers &answers,
                                const OpenQuestion &question) {
  Nesting nesting(context_.depth);
  ModelNode node = onnx::model_node(*plan.nodes[begin]);
  std::vector<Builder::Alternative> alternatives;
  for (int64_t value : question.candidates)
    alternatives.push_back({value, ""});
  std::optional<Error> first_error;
  bool any = false;
  auto untried = int64_t(alternatives.size());
  auto cost = int64_t(plan.nodes.size() - begin);
  auto rest = [&](Builder::Alternative &alternative)
      -> std::optional<std::vector<Any>> {
    // Each alternative gets an equal share of the repeats that are left. The
    // first that can be imported is, whatever it takes.
    int64_t share = context_.repeats_left / untried--;
    int64_t others = context_.repeats_left - share;
    if (any && share < cost) {
      alternative.refusal = question.what + " is " +
                            std::to_string(alternative.value) +
                            " in this run, one of more cases than were "
                            "compiled; declare the shapes of the model's "
                            "inputs";
      return std::nullopt;
    }
    context_.repeats_left = share;
    std::optional<std::vector<Any>> results;
    try {
      Scope inner(context_, opsets_, parameters_, this);
      inner.body_ = body_;
      inner.answers_.emplace_back(question.value, alternative.value);
      Answers given = answers;
      given.emplace_back(question.number, alternative.value);
      inner.import_nodes(plan, begin, outputs, std::move(given));
      std::vector<Any> found; // All, or the alternative is refused.
      for (onnx::Text output : outputs)
        if (!output.empty())
          found.push_back(inner.get(output));
      results = std::move(found);
      any = true;
    } catch (BuildError &failure) {
      if (!is_refusal(failure.error))
        throw;
      if (!first_error)
        first_error = failure.error;
      alternative.refusal =
          refusal_text(question, alternative.value, failure.error);
    }
    context_.repeats_left =
        std::max<int64_t>(context_.repeats_left, 0) + others;
    context_.b.set_origin(node);
    return results;
  };
  context_.b.set_origin(node);
  auto results = context_.b.choose(
      question.value, alternatives,
      question.what + " is none of those that the model was compiled for",
      rest);
  if (!results)
    throw BuildError(std::move(*first_error));
  size_t next = 0;
  for (onnx::Text output : outputs)
    if (!output.empty())
      bind(output, (*results)[next++]);
}

/// Imports the node for the first answer for which it can be imported.
void Scope::assume_answer(const onnx::GraphPlan &plan,
                          const onnx::NodeProto &node, const Answers &answers,
                          const OpenQuestion &question) {
  Builder &b = context_.b;
  std::optional<Error> first_error;
  for (int64_t value : question.candidates) {
    Builder::Mark mark = b.mark();
    Answers given = answers;
    given.emplace_back(question.number, value);
    std::optional<OpenQuestion> next;
    try {
      try {
        import_node(node, plan, given);
      } catch (OpenQuestion &open) {
        b.discard_since(mark, open.value);
        next = std::move(open);
      }
      if (next)
        assume_answer(plan, node, given, *next);
      answers_.emplace_back(question.value, value);
      b.require(equal(question.value, value),
                question.what + " is not " + std::to_string(value) +
                    ", for which alone the model was compiled");
      return;
    } catch (BuildError &failure) {
      if (!is_refusal(failure.error))
        throw;
      if (!first_error)
        first_error = failure.error;
      b.discard_since(mark, question.value);
    }
  }
  throw BuildError(std::move(*first_error));
}

} // namespace landfall::frontend
