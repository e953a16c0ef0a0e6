//===- contraction_pack.cpp - Packing a factor into scratch memory --------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_pack.h"
#include "compiler/kernels/contraction/prefetch.h"
#include "compiler/kernels/frame/loop_builder.h"
#include "compiler/kernels/lanes/lane_code.h"
#include "compiler/kernels/lanes/narrow_real.h"

#include "llvm/IR/IntrinsicsX86.h"

#include <algorithm>

namespace landfall::kernels {

using llvm::Value;

namespace {

analysis::SizePolynomial
innermost_step(const std::vector<analysis::LoopSpan> &spans,
               const analysis::Affine &form) {
  return spans.empty() ? analysis::SizePolynomial()
                       : form.coefficient(spans.back().variable);
}

bool is_guarded(const analysis::Factor &factor) {
  return std::any_of(
      factor.loads.begin(), factor.loads.end(),
      [](const analysis::FactorLoad &load) { return load.guarded(); });
}

bool is_vector_step(const analysis::SizePolynomial &step) {
  return step.is_zero() || step == analysis::SizePolynomial(1);
}

} // namespace

//===--- PackSide ---------------------------------------------------------===//

PackSide::PackSide(const analysis::Factor &factor,
                   const analysis::IndexSpace &space,
                   const std::vector<uint32_t> &row_loops,
                   const std::vector<uint32_t> &lane_loops)
    : factor(factor), rows(analysis::join_loops(factor, space, row_loops)),
      lanes(analysis::join_loops(factor, space, lane_loops)) {}

analysis::SizePolynomial
PackSide::lane_step(const analysis::Affine &form) const {
  return innermost_step(lanes, form);
}

analysis::SizePolynomial
PackSide::row_step(const analysis::Affine &form) const {
  return innermost_step(rows, form);
}

bool PackSide::is_dense() const {
  return lanes.size() <= 1 && !is_guarded(factor) &&
         std::all_of(factor.loads.begin(), factor.loads.end(),
                     [&](const analysis::FactorLoad &load) {
                       return is_vector_step(lane_step(load.offset));
                     });
}

std::string PackSide::why_not_plain(const Kernel &kernel, DType type) const {
  if (is_guarded(factor))
    return "is loaded under a guard";
  if (factor.loads.size() != 1 || factor.loads[0].node != factor.value ||
      kernel.nodes[factor.value].type != type)
    return "is computed from what is loaded";
  if (!is_dense() || rows.size() > 1 ||
      lane_step(factor.loads[0].offset) != analysis::SizePolynomial(1))
    return "is not contiguous in memory";
  return {};
}

bool PackSide::is_transposed() const {
  return lanes.size() == 1 && rows.size() == 1 && !is_guarded(factor) &&
         std::all_of(factor.loads.begin(), factor.loads.end(),
                     [&](const analysis::FactorLoad &load) {
                       return is_vector_step(lane_step(load.offset)) ||
                              row_step(load.offset) ==
                                  analysis::SizePolynomial(1);
                     });
}

size_t PackSide::load_of_value() const {
  auto is_value = [&](const analysis::FactorLoad &load) {
    return load.node == factor.value;
  };
  return size_t(llvm::find_if(factor.loads, is_value) - factor.loads.begin());
}

bool PackSide::has_runs(const Kernel &kernel, DType type) const {
  size_t number = load_of_value();
  if (number == factor.loads.size() || lanes.empty() ||
      lane_step(factor.loads[number].offset) != analysis::SizePolynomial(1))
    return false;
  for (const analysis::FactorLoad &other : factor.loads)
    if (other.node != factor.value && !kernel.nodes[other.node].args.empty())
      return false;
  const analysis::FactorLoad &load = factor.loads[number];
  const Node &node = kernel.nodes[load.node];
  const KernelOperand &operand = kernel.operands[node.index];
  // Bytes of both signs are packed as bytes.
  bool is_as_packed = operand.dtype == type ||
                      (type == DType::u8 && operand.dtype == DType::i8);
  std::optional<int64_t> run = lanes.back().extent.constant();
  if (!is_as_packed || (run && *run * size_of(type) < shortest_run))
    return false;
  for (const analysis::Affine &condition : load.conditions)
    if (condition.uses(lanes.back().variable) ||
        !row_step(condition).constant())
      return false;
  return true;
}

//===--- Packer -----------------------------------------------------------===//

void Packer::begin(const IndexValues &fixed) {
  bases.clear();
  for (const analysis::FactorLoad &load : loads()) {
    Base base;
    base.offset =
        sizes.add_terms(sizes.value(load.offset.constant), load.offset, fixed);
    for (const analysis::Affine &condition : load.conditions)
      base.conditions.push_back(
          sizes.add_terms(sizes.value(condition.constant), condition, fixed));
    base.other = scalar_other(frame().kernel.nodes[load.node]);
    bases.push_back(base);
  }
}

void Packer::pack(const PackTarget &target) {
  if (side.is_dense())
    pack_dense(*this, target);
  else if (side.has_runs(frame().kernel, type))
    pack_runs(*this, target);
  else if (side.is_transposed())
    pack_transposed(*this, target);
  else
    pack_segments(*this, target);
}

void Packer::clear_rest(const PackTarget &target, Value *count) {
  if (!is_real(type) || lanes.is_scalable()) // RISC-V: all take as long.
    return;
  Value *zero = frame().index(0), *first = target.rows.count;
  Value *end = b().CreateAdd(first, count);
  emit_for(frame(), first, end, [&](Value *row) {
    Value *start = b().CreateMul(row, target.stride);
    emit_for(frame(), zero, target.lanes.count, lanes.step(), {},
             [&](Value *lane, llvm::ArrayRef<Value *>) {
               lanes.store(type, target.target,
                           lanes.index(b().CreateAdd(start, lane)),
                           lanes.constant(type, 0));
               return Values();
             });
  });
}

LaneValue Packer::load(size_t load, Value *offset,
                       const analysis::SizePolynomial &step,
                       const LaneValue &guard, const LaneValue &other) {
  LaneValue at = step.is_zero() || lanes.is_scalar()
                     ? LaneValue::uniform(DType::i64, offset)
                     : LaneValue::linear(offset, sizes.value(step));
  return this->load(load, at, guard, other);
}

LaneValue Packer::load(size_t load, const LaneValue &offset,
                       const LaneValue &guard, const LaneValue &other) {
  uint32_t operand = node(load).index;
  return lanes.load(frame().kernel.operands[operand].dtype,
                    frame().operands[operand], offset, guard, other);
}

void Packer::prefetch(size_t load, Value *offset) {
  emit_prefetch(frame(), node(load).index, offset);
}

LaneValue Packer::scalar_other(const Node &load) {
  const Kernel &kernel = frame().kernel;
  size_t rank = kernel.operands[load.index].dims.size();
  if (load.args.size() <= rank)
    return {};
  const Node &other = kernel.nodes[load.args[rank + 1]];
  if (other.kind != NodeKind::load || !other.args.empty())
    return {};
  return lanes.load(other.type, frame().operands[other.index],
                    LaneValue::uniform(DType::i64, frame().index(0)), {}, {});
}

LaneValue Packer::other(size_t load, FactorCode &code) {
  if (bases[load].other)
    return bases[load].other;
  const Node &at = node(load);
  size_t rank = frame().kernel.operands[at.index].dims.size();
  if (at.args.size() > rank)
    return code.value(at.args[rank + 1]);
  return lanes.constant(at.type, 0);
}

void Packer::store(const PackTarget &target, FactorCode &code, Value *row,
                   Value *lane) {
  Value *offset = b().CreateAdd(b().CreateMul(row, target.stride), lane);
  store(code, element(b(), stored_type(), target.target, offset));
}

llvm::Type *Packer::stored_type() {
  return is_narrow_real(type) ? b().getIntNTy(unsigned(info(type).bits))
                              : lanes.scalar_type(type);
}

/// Values of a narrow real. Those that the kernel rounds to bf16 itself are
/// rounded by one instruction, which takes subnormal numbers for zero, as the
/// products do that it comes with.
Value *Packer::encoded(FactorCode &code) {
  const Kernel &kernel = frame().kernel;
  const Node &value = kernel.nodes[side.factor.value];
  bool rounds = type == DType::bf16 && frame().machine.vector.bf16_products &&
                value.kind == NodeKind::scalar && value.op == ScalarOp::cast &&
                kernel.nodes[value.args[0]].type == DType::f32;
  if (!rounds) {
    LaneCode to(frame());
    return emit_encode(to, type, lanes.spread(code.value(side.factor.value)),
                       Saturation::off);
  }
  Value *halves =
      b().CreateIntrinsic(llvm::Intrinsic::x86_avx512bf16_cvtneps2bf16_512, {},
                          {lanes.spread(code.value(value.args[0]))});
  return b().CreateBitCast(halves, lanes.vector_of(stored_type()));
}

Value *Packer::packed(FactorCode &code) {
  if (is_narrow_real(type))
    return encoded(code);
  Value *value = lanes.spread(code.value(side.factor.value));
  if (!flips_high_bit)
    return value;
  unsigned bits = value->getType()->getScalarSizeInBits();
  return b().CreateXor(
      value,
      llvm::ConstantInt::get(value->getType(), llvm::APInt::getSignMask(bits)));
}

void Packer::store(FactorCode &code, Value *address) {
  Value *value = packed(code);
  b().CreateAlignedStore(
      value, address,
      llvm::Align(value->getType()->getPrimitiveSizeInBits() / 8));
}

} // namespace landfall::kernels
