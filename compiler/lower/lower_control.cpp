//===- lower_control.cpp - Branches and loops as jumps --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A branch writes what it yields to the registers of the operation's results.
// A loop keeps a register for each carried value, and for each output that it
// collects a tensor of which iterations write one part each, or, if its extents
// are not known before, a sequence that is stacked to a tensor in the end:
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
#include "ir/describe/compute.h"

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

/// What the body says of whether there is another iteration.
Value continues(mlir::Block &body) {
  return body.getTerminator()->getOperand(0);
}

/// Whether a condition is a constant that holds.
bool is_always(const ir::Module::Impl &module, Value condition) {
  const ConstantData *data = module.constant_of(condition);
  return data && !data->bytes.data.empty() && data->bytes.data[0] != 0;
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
  LoopCode code;
  if (loop.getTripCount()) {
    code.trips = code_.new_int();
    code_.emit(Op::read, {*code.trips, values_.lookup(loop.getTripCount()), 0});
  }
  if (loop.getCondition() && !is_always(module_, loop.getCondition())) {
    code.proceed = code_.new_int();
    code_.emit(Op::read,
               {*code.proceed, values_.lookup(loop.getCondition()), 0});
  } else if (!is_always(module_, continues(body))) {
    code.proceed = code_.new_int();
    code_.emit(Op::constant, {*code.proceed, 1, 0});
  }
  code.iteration = code_.new_int();
  code_.emit(Op::constant, {code.iteration, 0, 0});
  std::vector<std::pair<uint32_t, Value>> initial;
  for (auto [argument, init] :
       llvm::zip(carried_arguments(body), loop.getInit()))
    initial.emplace_back(define_value(argument), init);
  share(initial, loop);
  begin_stacks(loop, code);
  uint32_t head = code_.position();
  std::vector<size_t> exits;
  if (code.trips) {
    uint32_t more = code_.new_int();
    code_.emit(Op::less, {more, code.iteration, *code.trips});
    exits.push_back(code_.emit(Op::jump_ifnot, {more, 0}));
  }
  if (code.proceed)
    exits.push_back(code_.emit(Op::jump_ifnot, {*code.proceed, 0}));
  lower_loop_body(body, code);
  code_.emit(Op::jump, {head});
  for (size_t exit : exits)
    code_.land(exit);
  finish_loop(loop, code);
}

/// A place for each output that the loop collects.
void Lowering::begin_stacks(lf::GraphLoopOp loop, LoopCode &code) {
  size_t carried = carried_arguments(loop.getBody().front()).size();
  for (uint64_t k = 0; k < loop.getCollected(); ++k) {
    if (auto stack = stack_of_known_size(loop, k, code)) {
      code.stacks.push_back(*stack);
      continue;
    }
    uint32_t sequence = code_.new_value();
    code.stacks.push_back({sequence});
    code_.box(BoxFunction::sequence_empty, {sequence}, {},
              {uint32_t(lf::dtype_of(loop.getResult(carried + k)))});
  }
}

/// A tensor for all iterations, if there will be as many as the trip count
/// says and each gives the same extents.
std::optional<LoopStack> Lowering::stack_of_known_size(lf::GraphLoopOp loop,
                                                       uint64_t k,
                                                       const LoopCode &code) {
  mlir::Block &body = loop.getBody().front();
  Value element =
      body.getTerminator()->getOperand(1 + loop.getInit().size() + k);
  const ir::Shape &shape = module_.shape_of(element);
  if (!code.trips || code.proceed || lf::dtype_of(element) == DType::string)
    return std::nullopt;
  for (const ir::Size &extent : shape)
    if (!sizes_.can_compute(extent))
      return std::nullopt;
  LoopStack stack{code_.new_value(), true};
  std::vector<uint32_t> dims = sizes_.regs(shape);
  uint32_t trips = code_.new_int();
  code_.emit(Op::max, {trips, *code.trips, sizes_.constant(0)});
  dims.insert(dims.begin(), trips);
  code_.emit(Op::alloc,
             CodeEmitter::counted(
                 dims, {stack.value, uint32_t(lf::dtype_of(element))}));
  ir::Size bytes = product(shape) * ir::Size(size_of(lf::dtype_of(element)));
  Operation *maker = element.getDefiningOp();
  if (maker && maker->getBlock() == &body && ir::is_compute(maker) &&
      mod(bytes, arena_alignment) == ir::Size(0) &&
      part_of_.try_emplace(element, stack.value, code.iteration).second)
    stack.in_place = element;
  return stack;
}

void Lowering::lower_loop_body(mlir::Block &body, const LoopCode &code) {
  sizes_.enter_region();
  define_iteration(body.getArgument(0), code.iteration);
  Value condition = continues(body);
  if (!code.proceed && condition.hasOneUse() &&
      condition.getParentBlock() == &body)
    done_.insert(condition.getDefiningOp()); // Nothing reads the constant.
  lower_block(body);
  if (code.proceed)
    code_.emit(Op::read, {*code.proceed, values_.lookup(condition), 0});
  // All values are read before any is overwritten.
  size_t carried = carried_arguments(body).size();
  for (auto [k, stack] : llvm::enumerate(code.stacks))
    collect(body.getTerminator()->getOperand(1 + carried + k), stack, code);
  carry_on(body);
  uint32_t one = sizes_.constant(1);
  code_.emit(Op::add, {code.iteration, code.iteration, one});
  sizes_.leave_region();
}

/// The number of the iteration: a size for kernels and the host; a tensor for
/// what else uses it.
void Lowering::define_iteration(BlockArgument argument, uint32_t iteration) {
  sizes_.define(module_.iteration_of(argument), iteration);
  auto reads_size = [](Operation *user) {
    auto load = dyn_cast<lf::LoadOp>(user);
    return load ? ir::reads_iteration(load) : isa<lf::ReadOp>(user);
  };
  if (llvm::all_of(argument.getUsers(), reads_size))
    return;
  uint32_t number = define_value(argument);
  code_.emit(Op::alloc, {number, uint32_t(DType::i64), 0});
  code_.launch(parts_.kernel(number_kernel()), std::span(&number, 1),
               std::span(&iteration, 1));
}

void Lowering::collect(Value element, const LoopStack &stack,
                       const LoopCode &code) {
  if (!stack.is_tensor) {
    code_.box(BoxFunction::sequence_push, {stack.value},
              {stack.value, values_.lookup(element)}, {});
    return;
  }
  if (stack.in_place)
    return;
  uint32_t part = code_.new_value();
  code_.emit(Op::part,
             CodeEmitter::counted(sizes_.regs(module_.shape_of(element)),
                                  {part, stack.value, code.iteration}));
  code_.emit(Op::copy, {part, values_.lookup(element)});
  code_.emit(Op::drop, {part});
}

/// The carried values of the next iteration.
void Lowering::carry_on(mlir::Block &body) {
  Operation *yield = body.getTerminator();
  auto arguments = carried_arguments(body);
  std::vector<std::pair<uint32_t, Value>> next;
  for (size_t k = 0; k < arguments.size(); ++k)
    next.emplace_back(values_.lookup(arguments[k]), yield->getOperand(1 + k));
  bool exchanges = llvm::any_of(next, [&](const auto &value) {
    return llvm::is_contained(arguments, value.second);
  });
  if (!exchanges)
    return share(next, yield);
  for (auto &value : next)
    value.first = code_.new_value();
  share(next, yield);
  for (auto [argument, value] : llvm::zip(arguments, next)) {
    code_.emit(Op::share, {values_.lookup(argument), value.first});
    code_.emit(Op::drop, {value.first});
  }
}

void Lowering::finish_loop(lf::GraphLoopOp loop, const LoopCode &code) {
  auto carried_args = carried_arguments(loop.getBody().front());
  for (auto [k, argument] : llvm::enumerate(carried_args)) {
    code_.emit(Op::share,
               {define_value(loop.getResult(k)), values_.lookup(argument)});
    code_.emit(Op::drop, {values_.lookup(argument)});
  }
  for (auto [k, stack] : llvm::enumerate(code.stacks))
    finish_stack(loop.getResult(carried_args.size() + k), stack);
}

void Lowering::finish_stack(Value result, const LoopStack &stack) {
  if (stack.is_tensor) {
    // The last part would keep the memory of all.
    if (stack.in_place)
      code_.emit(Op::drop, {values_.lookup(stack.in_place)});
    values_[result] = stack.value;
    return;
  }
  // An empty stack still has a type: its static extents, 0 for the others.
  auto type = cast<RankedTensorType>(result.getType());
  Args extra{uint32_t(lf::dtype_of(result))};
  for (int64_t extent : type.getShape().drop_front())
    extra.push_back(ShapedType::isDynamic(extent) ? 0 : extent);
  code_.box(BoxFunction::sequence_stack, {define_value(result)}, {stack.value},
            extra);
  code_.emit(Op::drop, {stack.value});
}

} // namespace landfall::compiler
