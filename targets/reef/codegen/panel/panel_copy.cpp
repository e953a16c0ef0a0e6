//===- panel_copy.cpp - Panels that are copies of an operand -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A factor that is one load, perhaps widened, is copied row by row.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/panel/panel_code.h"

#include "compiler/kernels/frame/loop_builder.h"
#include "compiler/kernels/lanes/lane_convert.h"

namespace landfall::reef {

using llvm::Value;

namespace {

/// Of a panel: others are zero points.
bool is_element(DType type) { return type != DType::i32; }

} // namespace

bool PanelCode::has_constant_other() {
  if (p_.bases[0].other)
    return true;
  const Node &load = p_.node(0);
  size_t rank = p_.frame().kernel.operands[load.index].dims.size();
  return load.args.size() <= rank ||
         p_.frame().kernel.nodes[load.args[rank + 1]].kind ==
             NodeKind::constant;
}

/// Whether the panel's elements are the operand's: unchanged, or contiguous
/// ones of a narrow type widened to f32.
bool PanelCode::is_copy() {
  const analysis::Factor &factor = p_.side.factor;
  if (factor.loads.size() != 1 ||
      (factor.loads[0].guarded() && !has_constant_other()))
    return false;
  NodeId load = factor.loads[0].node;
  if (factor.value == load)
    return p_.node(0).type == p_.type && is_element(p_.type);
  const Node &top = p_.frame().kernel.nodes[factor.value];
  return top.kind == NodeKind::scalar && top.op == ScalarOp::cast &&
         top.args[0] == load && converts() &&
         p_.side.lane_step(factor.loads[0].offset) ==
             analysis::SizePolynomial(1);
}

bool PanelCode::converts() {
  DType from = p_.node(0).type;
  return p_.type == DType::f32 && (from == DType::f16 || from == DType::bf16);
}

/// i1: the operand's rows follow without gaps, and are so short that guards
/// over two loops cost less than several stretches; and the guards' values fit
/// in 32 bits, so that vectors for them take half the registers.
Value *PanelCode::is_joined() {
  const analysis::LoopSpan &outer = p_.side.lanes[0], &inner = p_.side.lanes[1];
  Value *row = p_.sizes.value(p_.loads()[0].offset.coefficient(outer.variable));
  Value *extent = p_.sizes.value(inner.extent);
  Value *is_short = b.CreateICmpSLE(b.CreateShl(extent, index(1)), step());
  Value *joined = b.CreateAnd(is_short, b.CreateICmpEQ(row, extent));
  for (const analysis::Affine &condition : p_.loads()[0].conditions)
    for (const analysis::LoopSpan &loop : p_.side.lanes)
      joined = b.CreateAnd(joined, is_small(condition, loop));
  return joined;
}

/// i1: the loop's term of a form stays below 2^29 in magnitude.
Value *PanelCode::is_small(const analysis::Affine &form,
                           const analysis::LoopSpan &loop) {
  constexpr int64_t max_factor = 1 << 14, max_extent = 1 << 15;
  Value *factor = p_.sizes.value(form.coefficient(loop.variable));
  Value *shifted = b.CreateAdd(factor, index(max_factor));
  Value *extent = p_.sizes.value(loop.extent);
  return b.CreateAnd(b.CreateICmpULE(shifted, index(2 * max_factor)),
                     b.CreateICmpSLE(extent, index(max_extent)));
}

void PanelCode::find_image_indices(Stretch &group) {
  auto apply = [&](ScalarOp op, const kernels::LaneValue &x,
                   const kernels::LaneValue &y) {
    return p_.lanes.apply(op, DType::i64, {x, y});
  };
  kernels::LaneValue extent = kernels::LaneValue::uniform(
      DType::i64, p_.sizes.value(p_.side.lanes[1].extent));
  kernels::LaneValue flat = p_.lanes.index(group.index);
  group.rows = apply(ScalarOp::div, flat, extent);
  group.columns =
      apply(ScalarOp::sub, flat, apply(ScalarOp::mul, group.rows, extent));
  for (kernels::LaneValue *indices : {&group.rows, &group.columns})
    *indices = p_.lanes.apply(ScalarOp::cast, DType::i32, {*indices});
}

/// As i32; only its sign is right.
kernels::LaneValue PanelCode::over_image(const analysis::Affine &form,
                                         Value *base, const Stretch &group) {
  // Beyond these, the other terms cannot change the sum's sign.
  constexpr int64_t most = 1 << 30;
  auto narrow = [&](Value *x) {
    return kernels::LaneValue::uniform(DType::i32,
                                       b.CreateTrunc(x, b.getInt32Ty()));
  };
  kernels::LaneValue sum = narrow(
      kernels::larger(b, kernels::smaller(b, base, index(most)), index(-most)));
  const kernels::LaneValue *indices[] = {&group.rows, &group.columns};
  for (size_t k = 0; k < 2; ++k) {
    analysis::SizePolynomial each = form.coefficient(p_.side.lanes[k].variable);
    if (each.is_zero())
      continue;
    kernels::LaneValue factor = narrow(p_.sizes.value(each));
    kernels::LaneValue term =
        p_.lanes.apply(ScalarOp::mul, DType::i32, {*indices[k], factor});
    sum = p_.lanes.apply(ScalarOp::add, DType::i32, {sum, term});
  }
  return sum;
}

void PanelCode::copy_run(const Stretch &group,
                         const kernels::RowWalk::Run &run) {
  kernels::LaneValue from = offset(0, group, run);
  if (!p_.loads()[0].guarded())
    return copy(group, run, from, {});
  kernels::LaneValue mask =
      group.rows ? guard(0, group, run) : kernels::LaneValue();
  kernels::emit_if(
      p_.frame(), mask ? p_.lanes.all_of(mask) : ends_hold(group, run),
      [&] {
        copy(group, run, from, {});
        return kernels::Values();
      },
      [&] {
        copy(group, run, from, mask ? mask : guard(0, group, run));
        return kernels::Values();
      });
}

/// i1: the first load's guard is true for the first and the last lane; then it
/// is for those between, as it is linear.
Value *PanelCode::ends_hold(const Stretch &group,
                            const kernels::RowWalk::Run &run) {
  Value *all = b.getTrue();
  const std::vector<analysis::Affine> &conditions = p_.loads()[0].conditions;
  Value *last = b.CreateAdd(group.index, b.CreateSub(group.count, index(1)));
  for (size_t c = 0; c < conditions.size(); ++c) {
    Value *base = condition_base(0, c, group, run);
    Value *each = p_.sizes.value(p_.side.lane_step(conditions[c]));
    for (Value *lane : {group.index, last}) {
      Value *value = b.CreateAdd(base, b.CreateMul(each, lane));
      all = b.CreateAnd(all, b.CreateICmpSGE(value, index(0)));
    }
  }
  return all;
}

RowCopy PanelCode::rows_of(const Stretch &group,
                           const kernels::RowWalk::Run &run,
                           const kernels::LaneValue &offset) {
  Value *from = b.CreateAdd(b.CreateAdd(offset.scalar(), load0_.shift),
                            b.CreateMul(load0_.stride, run.begin));
  Value *row = b.CreateAdd(b.CreateSub(run.first, target_.depth.begin),
                           b.CreateMul(run.begin, run.step));
  Value *to = b.CreateAdd(b.CreateMul(row, pitch_), group.column);
  Value *lane_step = offset.is_linear() ? offset.stride() : index(0);
  llvm::Type *type = b.getIntNTy(unsigned(8 * size_of(p_.type)));
  if (p_.type == DType::f32)
    type = b.getFloatTy();
  llvm::Type *read = b.getIntNTy(unsigned(8 * size_of(p_.node(0).type)));
  return {type,
          kernels::element(b, read, load0_.pointer, from),
          lane_step,
          load0_.stride,
          kernels::element(b, type, target_.address, to),
          b.CreateMul(run.step, pitch_),
          group.count,
          b.CreateSub(run.end, run.begin)};
}

void PanelCode::copy(const Stretch &group, const kernels::RowWalk::Run &run,
                     const kernels::LaneValue &offset,
                     const kernels::LaneValue &guard) {
  RowCopy rows = rows_of(group, run, offset);
  DType from = p_.node(0).type;
  Value *mask = nullptr, *other = nullptr;
  if (guard) {
    kernels::FactorCode code(p_.lanes, p_.side.factor);
    mask = p_.lanes.spread(guard);
    other = p_.other(0, code).scalar();
  }
  kernels::LaneCode lane(p_.frame());
  if (other && is_narrow_real(from))
    other = kernels::emit_to_storage(lane, from, other);
  if (converts()) {
    call_convert(p_.frame(), from, rows, mask, other);
  } else if (guard) {
    call_guarded_copy(p_.frame(), rows, mask, other);
  } else {
    call_copy(p_.frame(), rows);
  }
}

} // namespace landfall::reef
