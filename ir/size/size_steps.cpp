//===- size_steps.cpp - Evaluation order of sizes --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "ir/size/size_node.h"

#include <map>
#include <tuple>

namespace landfall::ir {

namespace {

using Op = SizeStep::Op;

Op op_of(SizeKind kind) {
  switch (kind) {
  case SizeKind::floordiv:
    return Op::floordiv;
  case SizeKind::mod:
    return Op::mod;
  case SizeKind::min:
    return Op::min;
  case SizeKind::max:
    return Op::max;
  case SizeKind::broadcast:
    return Op::broadcast;
  case SizeKind::equal:
    return Op::equal;
  default:
    return Op::less;
  }
}

/// Emits each distinct step once.
class StepList {
public:
  int emit(Size size) {
    if (auto value = size.constant())
      return constant(*value);
    const SizeNode *node = size.node();
    if (auto found = done_.find(node); found != done_.end())
      return found->second;
    int step = emit_node(*node);
    done_.emplace(node, step);
    return step;
  }

  std::vector<SizeStep> take() { return std::move(steps_); }

private:
  int emit_node(const SizeNode &node) {
    if (node.kind == SizeKind::symbol)
      return append(
          SizeStep{.op = Op::symbol, .symbol = SizeArena::wrap(&node)});
    if (node.is_atom()) {
      int a = emit(node.args[0]);
      int b = emit(node.args[1]);
      return binary(node.opaque == SizeNode::Opaque::sum ? Op::add
                    : node.opaque == SizeNode::Opaque::product
                        ? Op::mul
                        : op_of(node.kind),
                    a, b);
    }
    int sum = -1;
    for (const Term &term : node.polynomial.terms) {
      int next = emit_term(term);
      sum = sum < 0 ? next : binary(Op::add, sum, next);
    }
    return sum;
  }

  int emit_term(const Term &term) {
    if (term.atoms.empty())
      return constant(term.coefficient);
    int result = -1;
    for (const SizeNode *atom : term.atoms) {
      int next = emit(SizeArena::wrap(atom));
      result = result < 0 ? next : binary(Op::mul, result, next);
    }
    if (term.coefficient == 1)
      return result;
    return binary(Op::mul, result, constant(term.coefficient));
  }

  int constant(int64_t value) {
    auto [found, is_new] = constants_.try_emplace(value, int(steps_.size()));
    if (is_new)
      append(SizeStep{.op = Op::constant, .constant = value});
    return found->second;
  }

  int binary(Op op, int a, int b) {
    auto [found, is_new] =
        binaries_.try_emplace({op, a, b}, int(steps_.size()));
    if (is_new)
      append(SizeStep{.op = op, .a = a, .b = b});
    return found->second;
  }

  int append(SizeStep step) {
    steps_.push_back(step);
    return int(steps_.size()) - 1;
  }

  std::vector<SizeStep> steps_;
  std::unordered_map<const SizeNode *, int> done_;
  std::map<int64_t, int> constants_;
  std::map<std::tuple<Op, int, int>, int> binaries_;
};

} // namespace

std::vector<SizeStep> steps(Size size) {
  StepList list;
  list.emit(size);
  return list.take();
}

std::vector<Size> symbols(Size size) {
  std::vector<Size> result;
  for (const SizeStep &step : steps(size))
    if (step.op == Op::symbol)
      result.push_back(step.symbol);
  return result;
}

} // namespace landfall::ir
