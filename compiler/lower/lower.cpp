//===- lower.cpp - Core IR to program and kernels ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The order of the code: what the run needs first, then the graph's operations
// in their order, each followed by the drops of the values that it used last.
//
//===----------------------------------------------------------------------===//

#include "compiler/lower/lower.h"

#include "base/build_error.h"

#include "compiler/lower/last_use.h"
#include "compiler/lower/lowering.h"

using namespace mlir;

namespace landfall::compiler {

Lowering::Lowering(ir::Module::Impl &module, Package &package,
                   bool share_memory)
    : module_(module), package_(package),
      plan_(plan_memory(module, share_memory)), code_(package.program),
      sizes_(code_), parts_(module, package) {}

void Lowering::run() {
  EntryPoint entry = entry_point();
  mlir::Block &block = module_.entry.getBody().front();
  prologue(block);
  lower_block(block);
  code_.emit(Op::stop, {});
  code_.finish();
  package_.program.entries.push_back(std::move(entry));
  for (auto number = int64_t(package_.texts.size()) + 1;
       number < module_.texts.size(); ++number)
    package_.texts.emplace_back(*module_.texts.text(number));
}

/// The module's signature, with its defaults as weights of the package.
EntryPoint Lowering::entry_point() {
  EntryPoint entry = module_.signature;
  entry.start = code_.position();
  for (SignatureValue &input : entry.inputs)
    if (input.presence == Presence::defaulted)
      input.default_weight =
          parts_.weight(input.default_weight, module_.entry.getLoc());
  return entry;
}

/// Inputs, their extents, the requirements on them, then the arena.
void Lowering::prologue(mlir::Block &block) {
  for (Operation &op : block)
    if (isa<lf::InputOp>(op))
      lower_op(op);
  for (Operation &op : block)
    if (auto dim = dyn_cast<lf::DimOp>(op))
      if (dim.getTensor().getDefiningOp<lf::InputOp>())
        lower_op(op);
  for (Operation &op : block)
    if (auto require = dyn_cast<lf::RequireOp>(op))
      if (sizes_.can_compute(module_.size_of(require.getCondition())))
        lower_op(op);
  lay_out_arena();
}

void Lowering::lay_out_arena() {
  if (plan_.slots.empty())
    return;
  uint32_t total = sizes_.constant(0);
  for (const MemoryPlan::Slot &slot : plan_.slots) {
    slot_offsets_.push_back(total);
    uint32_t next = code_.new_int();
    code_.emit(Op::add, {next, total, sizes_.reg(slot.bytes)});
    total = next;
  }
  code_.emit(Op::arena, {total});
}

void Lowering::lower_block(mlir::Block &block) {
  for (Operation &op : block) {
    if (!done_.contains(&op))
      lower_op(op);
    drop_dead(op);
  }
}

/// Drops the references of values whose last use in their block this was.
void Lowering::drop_dead(Operation &op) {
  SmallVector<Value> candidates(op.getResults());
  op.walk([&](Operation *inner) {
    candidates.append(inner->operand_begin(), inner->operand_end());
  });
  llvm::SmallDenseSet<Value> seen;
  for (Value value : candidates) {
    if (!seen.insert(value).second || !values_.contains(value) ||
        isa<BlockArgument>(value) || value.getParentBlock() != op.getBlock() ||
        plan_.slot_of.contains(value))
      continue;
    if (is_dead_after(value, op))
      code_.emit(Op::drop, {values_.lookup(value)});
  }
}

Status lower(ir::Module &module, Package &package,
             const SkippedSteps &skipped) {
  try {
    Lowering(module.impl(), package, !skipped.has("share_memory")).run();
  } catch (BuildError &error) {
    return error.error;
  }
  return {};
}

} // namespace landfall::compiler
