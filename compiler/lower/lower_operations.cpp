//===- lower_operations.cpp - Operations without graphs of their own ------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/lower/lowering.h"

#include "compiler/lower/last_use.h"
#include "ir/describe/compute.h"
#include "ir/describe/describe.h"

using namespace mlir;

namespace landfall::compiler {

using ir::Size;

void Lowering::lower_op(Operation &op) {
  done_.insert(&op);
  code_.set_origin(op);
  if (ir::is_compute(&op))
    return lower_compute(op);
  if (auto input = dyn_cast<lf::InputOp>(op))
    code_.emit(Op::input,
               {define_value(input.getValue()), uint32_t(input.getNumber())});
  else if (auto output = dyn_cast<lf::OutputOp>(op))
    code_.emit(Op::output, {uint32_t(output.getNumber()),
                            values_.lookup(output.getValue())});
  else if (auto dim = dyn_cast<lf::DimOp>(op))
    lower_leaf(Op::dim, dim.getSize(), dim.getTensor(), dim.getAxis());
  else if (auto read = dyn_cast<lf::ReadOp>(op);
           read && ir::is_iteration(read.getTensor()))
    sizes_.define(module_.size_of(read.getSize()),
                  sizes_.reg(module_.iteration_of(
                      cast<BlockArgument>(read.getTensor()))));
  else if (read)
    lower_leaf(Op::read, read.getSize(), read.getTensor(), read.getElement());
  else if (auto require = dyn_cast<lf::RequireOp>(op))
    lower_require(require);
  else if (auto rank = dyn_cast<lf::RankOp>(op))
    lower_rank(rank);
  else if (auto retype = dyn_cast<lf::RetypeOp>(op))
    lower_retype(retype);
  else if (auto constant = dyn_cast<lf::ConstantOp>(op))
    code_.emit(Op::weight,
               {define_value(constant.getValue()),
                parts_.weight(constant.getId(), constant.getLoc())});
  else if (auto reshape = dyn_cast<lf::ReshapeOp>(op))
    lower_reshape(reshape);
  else if (auto branch = dyn_cast<lf::IfOp>(op))
    lower_if(branch);
  else if (auto loop = dyn_cast<lf::GraphLoopOp>(op))
    lower_loop(loop);
  else if (auto box = dyn_cast<lf::BoxOp>(op))
    lower_box(box);
}

uint32_t Lowering::define_value(Value value) {
  uint32_t number = code_.new_value();
  values_[value] = number;
  return number;
}

//===--- Sizes ------------------------------------------------------------===//

void Lowering::lower_leaf(Op op, Value size, Value tensor, int64_t position) {
  uint32_t result = code_.new_int();
  code_.emit(op, {result, values_.lookup(tensor), uint32_t(position)});
  sizes_.define(module_.size_of(size), result);
}

void Lowering::lower_rank(lf::RankOp rank) {
  uint32_t result = code_.new_int();
  code_.emit(Op::rank, {result, values_.lookup(rank.getBox())});
  sizes_.define(module_.size_of(rank.getSize()), result);
}

/// Defines extents that only an operand's description uses, for which the
/// graph has no operation.
void Lowering::read_extents(Value tensor) {
  for (auto [axis, size] : llvm::enumerate(module_.shape_of(tensor))) {
    if (size.is_constant() || size.kind() != ir::SizeKind::symbol ||
        sizes_.find(size))
      continue;
    uint32_t result = code_.new_int();
    code_.emit(Op::dim, {result, values_.lookup(tensor), uint32_t(axis)});
    sizes_.define(size, result);
  }
}

void Lowering::lower_require(lf::RequireOp require) {
  Size condition = module_.size_of(require.getCondition());
  uint32_t holds = sizes_.reg(condition);
  Requirement requirement{require.getMessage().str(), {}};
  std::vector<uint32_t> values;
  for (const Size &symbol : symbols(condition))
    if (auto value = sizes_.find(symbol)) {
      requirement.sizes.push_back(symbol.str());
      values.push_back(*value);
    }
  uint32_t number = code_.add(std::move(requirement));
  code_.emit(Op::require, CodeEmitter::counted(values, {holds, number}));
}

//===--- Tensors ----------------------------------------------------------===//

void Lowering::lower_reshape(lf::ReshapeOp reshape) {
  auto dims = sizes_.regs(module_.shape_of(reshape.getValue()));
  uint32_t source = values_.lookup(reshape.getTensor());
  code_.emit(Op::alias, CodeEmitter::counted(
                            dims, {define_value(reshape.getValue()), source}));
}

void Lowering::allocate(Value value) {
  auto dims = sizes_.regs(module_.shape_of(value));
  uint32_t dtype = uint32_t(lf::dtype_of(value));
  auto slot = plan_.slot_of.find(value);
  uint32_t number = define_value(value);
  if (auto part = part_of_.find(value); part != part_of_.end())
    code_.emit(Op::part, CodeEmitter::counted(dims, {number, part->second.first,
                                                     part->second.second}));
  else if (slot != plan_.slot_of.end())
    code_.emit(Op::place,
               CodeEmitter::counted(
                   dims, {number, dtype, slot_offsets_[slot->second]}));
  else
    code_.emit(Op::alloc, CodeEmitter::counted(dims, {number, dtype}));
}

void Lowering::lower_compute(Operation &op) {
  ir::Description d = ir::describe(module_, &op);
  for (Value input : d.inputs)
    read_extents(input);
  auto sizes = sizes_.regs(d.sizes);
  std::vector<uint32_t> operands;
  for (Value input : d.inputs)
    operands.push_back(values_.lookup(input));
  for (Value result : op.getResults()) {
    allocate(result);
    operands.push_back(values_.lookup(result));
  }
  if (auto loops = dyn_cast<lf::ParallelOp>(op))
    for (auto [k, from] : llvm::enumerate(loops.getInitialOf()))
      if (from >= 0)
        code_.emit(Op::copy, {values_.lookup(loops.getResult(k)),
                              values_.lookup(loops.getInitial()[from])});
  code_.launch(parts_.kernel(std::move(d.kernel)), operands, sizes);
}

//===--- Boxed values -----------------------------------------------------===//

void Lowering::lower_retype(lf::RetypeOp retype) {
  uint32_t source = values_.lookup(retype.getSource());
  uint32_t result = define_value(retype.getValue());
  code_.emit(Op::share, {result, source});
  expect_type(result, retype.getValue());
}

/// A box comes from the user, or has several types: checks that it holds what
/// the program expects.
void Lowering::expect_type(uint32_t number, Value value) {
  if (auto type = dyn_cast<RankedTensorType>(value.getType()))
    code_.emit(Op::expect, {number, uint32_t(lf::dtype_of(value)),
                            uint32_t(type.getRank())});
}

void Lowering::lower_box(lf::BoxOp box) {
  Args results, arguments, extra;
  for (Value argument : box.getArgs())
    arguments.push_back(values_.lookup(argument));
  for (Value result : box.getValues())
    results.push_back(define_value(result));
  for (int64_t number : box.getExtra())
    extra.push_back(uint32_t(number));
  auto function = BoxFunction(box.getFunction());
  // A list that nobody needs any more grows in place.
  if (function == BoxFunction::sequence_insert &&
      is_last_use(box.getArgs()[0], box))
    function = BoxFunction::sequence_push;
  code_.box(function, results, arguments, extra);
  for (auto [number, result] : llvm::zip(results, box.getValues()))
    expect_type(number, result);
}

} // namespace landfall::compiler
