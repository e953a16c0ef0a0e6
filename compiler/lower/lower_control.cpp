//===- lower_control.cpp - Branches and loops as jumps --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A branch writes what it yields to the registers of the operation's results.
// A loop keeps a register for each carried value and a sequence for each
// output that it collects, which is stacked to a tensor once the loop has
// ended:
//
//     carried, sequences = initial values, empty
//   head:
//     leave unless iteration < trips and the condition holds
//     body; sequences and carried values from what it yields
//     jump head
//
//===----------------------------------------------------------------------===//
#include "compiler/lower/lowering.h"

#include "compiler/lower/last_use.h"

#include <optional>

using namespace mlir;

namespace landfall::compiler {

namespace {

/// Writes its size parameter to an i64 scalar tensor.
Kernel number_kernel() {
  Kernel kernel;
  kernel.name = "iteration";
  kernel.operands = {{DType::i64, {}, true, false}};
  kernel.size_count = 1;
  Node node;
  node.kind = NodeKind::size;
  node.type = DType::i64;
  kernel.nodes = {node};
  kernel.body.nodes = {0};
  kernel.body.yields = {0};
  return kernel;
}

/// The block arguments that are carried values; the first is the iteration.
auto carried_arguments(mlir::Block &body) {
  return body.getArguments().drop_front();
}

} // namespace

/// Shares values with other registers. A box that `op` uses last leaves its
/// own, so that the new one alone holds it.
void Lowering::share(std::span<const std::pair<uint32_t, Value>> values,
                     Operation *op) {
  for (auto [to, value] : values)
    code_.emit(Op::share, {to, values_.lookup(value)});
  llvm::SmallDenseSet<Value> left;
  for (auto [to, value] : values)
    if (!isa<RankedTensorType>(value.getType()) && is_last_use(value, op) &&
        left.insert(value).second)
      code_.emit(Op::drop, {values_.lookup(value)});
}

//===--- Branches ---------------------------------------------------------===//

uint32_t Lowering::condition_of(lf::IfOp branch) {
  Value condition = branch.getCondition();
  if (!isa<RankedTensorType>(condition.getType()))
    return sizes_.reg(module_.size_of(condition));
  uint32_t result = code_.new_int();
  code_.emit(Op::read, {result, values_.lookup(condition), 0});
  return result;
}

void Lowering::lower_if(lf::IfOp branch) {
  uint32_t condition = condition_of(branch);
  std::vector<uint32_t> results;
  for (Value result : branch.getValues())
    results.push_back(define_value(result));
  size_t to_else = code_.emit(Op::jump_ifnot, {condition, 0});
  lower_branch(branch.getThenBody(), results);
  size_t to_end = code_.emit(Op::jump, {0});
  code_.land(to_else);
  lower_branch(branch.getElseBody(), results);
  code_.land(to_end);
}

void Lowering::lower_branch(Region &region, std::span<const uint32_t> results) {
  sizes_.enter_region();
  lower_block(region.front());
  Operation *yield = region.front().getTerminator();
  std::vector<std::pair<uint32_t, Value>> values;
  for (auto [result, value] : llvm::zip(results, yield->getOperands()))
    values.emplace_back(result, value);
  share(values, yield);
  sizes_.leave_region();
}

//===--- Loops ------------------------------------------------------------===//

void Lowering::lower_loop(lf::GraphLoopOp loop) {
  mlir::Block &body = loop.getBody().front();
  std::optional<uint32_t> trips;
  if (loop.getTripCount()) {
    trips = code_.new_int();
    code_.emit(Op::read, {*trips, values_.lookup(loop.getTripCount()), 0});
  }
  uint32_t proceed = code_.new_int(), iteration = code_.new_int();
  if (loop.getCondition())
    code_.emit(Op::read, {proceed, values_.lookup(loop.getCondition()), 0});
  else
    code_.emit(Op::constant, {proceed, 1, 0});
  code_.emit(Op::constant, {iteration, 0, 0});
  std::vector<std::pair<uint32_t, Value>> initial;
  for (auto [argument, init] :
       llvm::zip(carried_arguments(body), loop.getInit()))
    initial.emplace_back(define_value(argument), init);
  share(initial, loop);
  std::vector<uint32_t> collected = begin_stacks(loop);
  uint32_t head = code_.position();
  std::vector<size_t> exits;
  if (trips) {
    uint32_t more = code_.new_int();
    code_.emit(Op::less, {more, iteration, *trips});
    exits.push_back(code_.emit(Op::jump_ifnot, {more, 0}));
  }
  exits.push_back(code_.emit(Op::jump_ifnot, {proceed, 0}));
  lower_loop_body(body, proceed, iteration, collected);
  code_.emit(Op::jump, {head});
  for (size_t exit : exits)
    code_.land(exit);
  finish_loop(loop, collected);
}

/// An empty sequence for each output that the loop collects; their registers.
std::vector<uint32_t> Lowering::begin_stacks(lf::GraphLoopOp loop) {
  size_t carried = carried_arguments(loop.getBody().front()).size();
  std::vector<uint32_t> collected;
  for (uint64_t k = 0; k < loop.getCollected(); ++k) {
    collected.push_back(code_.new_value());
    code_.box(BoxFunction::sequence_empty, {collected[k]}, {},
              {uint32_t(lf::dtype_of(loop.getResult(carried + k)))});
  }
  return collected;
}

void Lowering::lower_loop_body(mlir::Block &body, uint32_t proceed,
                               uint32_t iteration,
                               std::span<const uint32_t> collected) {
  sizes_.enter_region();
  uint32_t number = define_value(body.getArgument(0));
  code_.emit(Op::alloc, {number, uint32_t(DType::i64), 0});
  code_.launch(parts_.kernel(number_kernel()), std::span(&number, 1),
               std::span(&iteration, 1));
  lower_block(body);
  Operation *yield = body.getTerminator();
  code_.emit(Op::read, {proceed, values_.lookup(yield->getOperand(0)), 0});
  auto carried_args = carried_arguments(body);
  // All values are read before any is overwritten.
  for (auto [k, sequence] : llvm::enumerate(collected)) {
    uint32_t element =
        values_.lookup(yield->getOperand(1 + carried_args.size() + k));
    code_.box(BoxFunction::sequence_push, {sequence}, {sequence, element}, {});
  }
  std::vector<std::pair<uint32_t, Value>> next;
  for (size_t k = 0; k < carried_args.size(); ++k)
    next.emplace_back(code_.new_value(), yield->getOperand(1 + k));
  share(next, yield);
  for (auto [argument, value] : llvm::zip(carried_args, next)) {
    code_.emit(Op::share, {values_.lookup(argument), value.first});
    code_.emit(Op::drop, {value.first});
  }
  uint32_t one = sizes_.constant(1);
  code_.emit(Op::add, {iteration, iteration, one});
  sizes_.leave_region();
}

void Lowering::finish_loop(lf::GraphLoopOp loop,
                           std::span<const uint32_t> collected) {
  auto carried_args = carried_arguments(loop.getBody().front());
  for (auto [k, argument] : llvm::enumerate(carried_args)) {
    code_.emit(Op::share,
               {define_value(loop.getResult(k)), values_.lookup(argument)});
    code_.emit(Op::drop, {values_.lookup(argument)});
  }
  for (auto [k, sequence] : llvm::enumerate(collected)) {
    Value result = loop.getResult(carried_args.size() + k);
    // An empty stack still has a type: its static extents, 0 for the others.
    auto type = cast<RankedTensorType>(result.getType());
    Args extra{uint32_t(lf::dtype_of(result))};
    for (int64_t extent : type.getShape().drop_front())
      extra.push_back(ShapedType::isDynamic(extent) ? 0 : extent);
    code_.box(BoxFunction::sequence_stack, {define_value(result)}, {sequence},
              extra);
    code_.emit(Op::drop, {sequence});
  }
}

} // namespace landfall::compiler
