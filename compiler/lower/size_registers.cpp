//===- size_registers.cpp - Sizes in integer registers --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/lower/size_registers.h"

#include "base/build_error.h"

#include "llvm/ADT/STLExtras.h"

namespace landfall::compiler {

using ir::Size;

std::optional<uint32_t> SizeRegisters::find(Size size) const {
  for (const Region &region : llvm::reverse(regions_))
    for (const auto &[known, reg] : region)
      if (known == size)
        return reg;
  return std::nullopt;
}

bool SizeRegisters::can_compute(Size size) const {
  for (const Size &symbol : symbols(size))
    if (!find(symbol))
      return false;
  return true;
}

uint32_t SizeRegisters::define(Size size, uint32_t reg) {
  regions_.back().emplace_back(size, reg);
  return reg;
}

uint32_t SizeRegisters::constant(int64_t value) {
  if (auto known = find(Size(value)))
    return *known;
  uint32_t reg = code_.new_int();
  code_.emit(Op::constant,
             {reg, uint32_t(uint64_t(value)), uint32_t(uint64_t(value) >> 32)});
  return define(Size(value), reg);
}

uint32_t SizeRegisters::reg(Size size) {
  if (auto value = size.constant())
    return constant(*value);
  if (auto known = find(size))
    return *known;
  std::vector<uint32_t> values;
  for (const ir::SizeStep &step : steps(size))
    values.push_back(step_register(step, values));
  return define(size, values.back());
}

uint32_t SizeRegisters::step_register(const ir::SizeStep &step,
                                      const std::vector<uint32_t> &values) {
  using StepOp = ir::SizeStep::Op;
  if (step.op == StepOp::constant)
    return constant(step.constant);
  if (step.op == StepOp::symbol) {
    auto known = find(step.symbol);
    if (!known)
      throw BuildError(ErrorCode::internal, "size '" + step.symbol.str() +
                                                "' is used before it is known");
    return *known;
  }
  static constexpr std::pair<StepOp, Op> ops[] = {
      {StepOp::add, Op::add},
      {StepOp::mul, Op::mul},
      {StepOp::floordiv, Op::floordiv},
      {StepOp::mod, Op::mod},
      {StepOp::min, Op::min},
      {StepOp::max, Op::max},
      {StepOp::broadcast, Op::broadcast},
      {StepOp::equal, Op::equal},
      {StepOp::less, Op::less}};
  uint32_t result = code_.new_int();
  for (auto [from, to] : ops)
    if (from == step.op)
      code_.emit(to, {result, values[step.a], values[step.b]});
  return result;
}

std::vector<uint32_t> SizeRegisters::regs(std::span<const Size> sizes) {
  std::vector<uint32_t> result;
  for (const Size &size : sizes)
    result.push_back(reg(size));
  return result;
}

} // namespace landfall::compiler
