//===- kernel_plan.cpp - A kernel laid out for the interpreter ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/kernel_plan.h"

#include <algorithm>

namespace landfall {
namespace {

class Planner {
public:
  Planner(const Kernel &kernel, Precision precision)
      : kernel_(kernel), precision_(precision), slots_(kernel.nodes.size()),
        levels_(kernel.nodes.size(), -1) {
    for (Slot slot = 0; slot < slots_.size(); ++slot)
      slots_[slot] = slot;
    plan_.slot_count = uint32_t(slots_.size());
  }

  KernelPlan plan() {
    if (kernel_.kind == KernelClass::contraction)
      plan_.factors = add_block(kernel_.factors);
    for (size_t k = 0; k < kernel_.body.params.size(); ++k)
      levels_[kernel_.body.params[k]] = std::min(int(k), innermost());
    for (NodeId id : kernel_.body.nodes)
      levels_[id] = std::max(levels_[id], level_of(kernel_.nodes[id]));
    plan_.body = add_block(kernel_.body);
    return std::move(plan_);
  }

private:
  int innermost() const { return int(kernel_.loops.size()) - 1; }

  /// Of what is in the body, of nodes of its blocks too.
  int level_of(const Node &node) const {
    if (node.kind == NodeKind::store || node.kind == NodeKind::check ||
        (node.kind == NodeKind::load && kernel_.operands[node.index].written))
      return innermost();
    int level = -1;
    for (NodeId arg : node.args)
      level = std::max(level, levels_[arg]);
    for (const Block &block : node.blocks) {
      for (NodeId id : block.yields)
        level = std::max(level, levels_[id]);
      for (NodeId id : block.nodes)
        level = std::max(level, level_of(kernel_.nodes[id]));
    }
    return level;
  }

  uint32_t add_block(const Block &block) {
    StepBlock steps;
    for (NodeId param : block.params)
      steps.params.push_back(slots_[param]);
    for (NodeId id : block.nodes)
      add_node(id, steps);
    for (NodeId id : block.yields)
      steps.yields.push_back(slots_[id]);
    plan_.blocks.push_back(std::move(steps));
    return uint32_t(plan_.blocks.size() - 1);
  }

  void add_node(NodeId id, StepBlock &block) {
    const Node &node = kernel_.nodes[id];
    switch (node.kind) {
    case NodeKind::param:
      return;
    case NodeKind::constant:
      plan_.constants.push_back(
          {slots_[id], scalar_from_bits(node.type, node.bits)});
      return;
    case NodeKind::size:
      plan_.sizes.push_back({slots_[id], node.index});
      return;
    case NodeKind::result:
      slots_[id] = result_slot(node);
      return;
    default:
      block.steps.push_back(step_of(id, node));
    }
  }

  /// The results of a loop are its carried parameters' slots.
  Slot result_slot(const Node &node) {
    const Node &owner = kernel_.nodes[node.args[0]];
    switch (owner.kind) {
    case NodeKind::loop:
      return slots_[owner.blocks[0].params[node.index + 1]];
    case NodeKind::loop_while:
      return slots_[owner.blocks[0].params[node.index]];
    default:
      return slots_[node.args[0]] + node.index;
    }
  }

  Step step_of(NodeId id, const Node &node) {
    Step step;
    step.kind = node.kind;
    step.index = node.index;
    step.result = slots_[id];
    step.level = levels_[id];
    switch (node.kind) {
    case NodeKind::scalar:
      set_scalar(step, node);
      break;
    case NodeKind::load:
    case NodeKind::store:
      set_access(step, node);
      break;
    case NodeKind::loop:
      step.a = slot(node, 0);
      step.b = slot(node, 1);
      set_list(step, node, 2, node.args.size());
      break;
    case NodeKind::loop_while:
      set_list(step, node, 0, node.args.size());
      break;
    case NodeKind::branch:
      // Its values take new slots, in a row.
      step.a = slot(node, 0);
      step.count = uint32_t(node.blocks[0].yields.size());
      step.result = slots_[id] = plan_.slot_count;
      plan_.slot_count += step.count;
      break;
    default: // check
      step.a = slot(node, 0);
      step.count = node.args.size() > 1;
      step.b = step.count ? slot(node, 1) : 0;
    }
    for (size_t i = 0; i < node.blocks.size(); ++i)
      step.blocks[i] = add_block(node.blocks[i]);
    return step;
  }

  void set_scalar(Step &step, const Node &node) {
    Slot *abc[] = {&step.a, &step.b, &step.c};
    for (size_t i = 0; i < node.args.size(); ++i)
      *abc[i] = slot(node, i);
    bool chooses = info(node.op).signature == ScalarSignature::choose;
    DType operand_type = kernel_.nodes[node.args[chooses]].type;
    step.operation = resolve(node.op, node.type, operand_type, precision_);
  }

  void set_access(Step &step, const Node &node) {
    size_t rank = kernel_.operands[node.index].dims.size();
    set_list(step, node, 0, rank);
    size_t extra = node.args.size() - rank;
    step.guarded = extra == 2;
    if (node.kind == NodeKind::store)
      step.a = slot(node, rank);
    if (!step.guarded)
      return;
    bool loads = node.kind == NodeKind::load;
    step.b = slot(node, loads ? rank : rank + 1);
    step.c = slot(node, rank + 1);
  }

  void set_list(Step &step, const Node &node, size_t begin, size_t end) {
    step.first = uint32_t(plan_.lists.size());
    step.count = uint32_t(end - begin);
    for (size_t i = begin; i < end; ++i)
      plan_.lists.push_back(slot(node, i));
  }

  Slot slot(const Node &node, size_t arg) const {
    return slots_[node.args[arg]];
  }

  const Kernel &kernel_;
  Precision precision_;
  std::vector<Slot> slots_;
  std::vector<int> levels_; ///< Of the body's parameters and nodes.
  KernelPlan plan_;
};

} // namespace

KernelPlan plan_kernel(const Kernel &kernel, Precision precision) {
  return Planner(kernel, precision).plan();
}

} // namespace landfall
