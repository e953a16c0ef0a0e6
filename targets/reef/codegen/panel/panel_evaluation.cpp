//===- panel_evaluation.cpp - Factors on the vector unit ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The loops along the panel's width are split into stretches in which only the
// innermost index changes: there all offsets and guards are linear in the lane
// number. If rows of an image follow each other without a gap, the copy is one
// stretch, and only the guards depend on two loops.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/panel/matrix_panel.h"

#include "compiler/kernels/frame/loop_builder.h"
#include "compiler/kernels/lanes/lane_convert.h"
#include "targets/reef/codegen/dma/row_copy.h"

namespace landfall::reef {

using llvm::Value;

namespace {

/// A range of the innermost loop with the outer ones fixed.
struct Stretch {
  kernels::IndexValues outer;
  Value *index;  ///< The first one's innermost index.
  Value *column; ///< Its place in the panel.
  Value *count;
  /// If the stretch is of both loops: each lane's, as i32.
  kernels::LaneValue rows, columns;
};

class PanelCode {
public:
  PanelCode(kernels::Packer &packer, const PanelTarget &target, Value *pitch,
            const Relocation &load0)
      : p_(packer), b(packer.b()), target_(target), pitch_(pitch),
        load0_(load0) {}

  void emit();

private:
  void emit_rows();
  Value *step();
  Value *is_joined();
  Value *is_small(const analysis::Affine &form, const analysis::LoopSpan &loop);
  void find_image_indices(Stretch &group);
  void emit_stretch(const Stretch &stretch, bool joined = false);
  void emit_run(const Stretch &group, const kernels::RowWalk::Run &run);
  void copy_run(const Stretch &group, const kernels::RowWalk::Run &run);
  kernels::LaneValue offset(size_t load, const Stretch &group,
                            const kernels::RowWalk::Run &run);
  Value *condition_base(size_t load, size_t c, const Stretch &group,
                        const kernels::RowWalk::Run &run);
  Value *ends_hold(const Stretch &group, const kernels::RowWalk::Run &run);
  bool has_constant_other();
  bool is_copy();
  bool converts();
  RowCopy rows_of(const Stretch &group, const kernels::RowWalk::Run &run,
                  const kernels::LaneValue &offset);
  void copy(const Stretch &group, const kernels::RowWalk::Run &run,
            const kernels::LaneValue &offset, const kernels::LaneValue &guard);
  void emit_positions(const Stretch &group, const kernels::RowWalk::Run &run,
                      llvm::ArrayRef<kernels::LaneValue> guards,
                      llvm::ArrayRef<kernels::LaneValue> offsets);
  kernels::LaneValue along(const analysis::Affine &form, Value *base,
                           const Stretch &group);
  kernels::LaneValue over_image(const analysis::Affine &form, Value *base,
                                const Stretch &group);
  kernels::LaneValue guard(size_t load, const Stretch &group,
                           const kernels::RowWalk::Run &run);
  kernels::LaneValue load(size_t number, const kernels::LaneValue &offset,
                          Value *position, const kernels::LaneValue &guard,
                          const kernels::LaneValue &other);
  void store(Value *row, const Stretch &group, const kernels::LaneValue &value);
  Value *index(int64_t value) { return p_.frame().index(value); }

  kernels::Packer &p_;
  llvm::IRBuilderBase &b;
  const PanelTarget &target_;
  Value *pitch_;
  const Relocation &load0_;
};

void PanelCode::emit() {
  const kernels::Interval &edges = target_.edges;
  Stretch whole{
      kernels::IndexValues(), edges.begin, index(0), edges.count, {}, {}};
  if (p_.side.lanes.size() <= 1)
    return emit_stretch(whole);
  if (p_.side.lanes.size() > 2 || !is_copy() ||
      !(p_.side.lane_step(p_.loads()[0].offset) == analysis::SizePolynomial(1)))
    return emit_rows();
  kernels::emit_if(
      p_.frame(), is_joined(),
      [&] {
        emit_stretch(whole, true);
        return kernels::Values();
      },
      [&] {
        emit_rows();
        return kernels::Values();
      });
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

void PanelCode::emit_rows() {
  const kernels::Interval &edges = target_.edges;
  std::vector<analysis::LoopSpan> outer = p_.side.lanes;
  Value *extent = p_.sizes.value(outer.back().extent);
  outer.pop_back();
  Value *end = b.CreateAdd(edges.begin, edges.count);
  kernels::emit_for(
      p_.frame(), b.CreateUDiv(edges.begin, extent),
      kernels::ceil_div(b, end, extent), [&](Value *number) {
        Value *start = b.CreateMul(number, extent);
        Value *low = kernels::larger(b, edges.begin, start);
        Value *high = kernels::smaller(b, end, b.CreateAdd(start, extent));
        Stretch stretch{kernels::IndexValues(),
                        b.CreateSub(low, start),
                        b.CreateSub(low, edges.begin),
                        b.CreateSub(high, low),
                        {},
                        {}};
        kernels::split_index(p_.sizes, outer, number, stretch.outer);
        emit_stretch(stretch);
      });
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

/// Lanes at a time: gathering takes vectors that are twice as long.
Value *PanelCode::step() {
  Value *all = p_.lanes.step();
  bool gathers = is_copy() && !(p_.side.lane_step(p_.loads()[0].offset) ==
                                analysis::SizePolynomial(1));
  return gathers ? b.CreateLShr(all, index(1)) : all;
}

void PanelCode::emit_stretch(const Stretch &stretch, bool joined) {
  Value *step = this->step();
  kernels::emit_for(p_.frame(), index(0), stretch.count, step, {},
                    [&](Value *lane, llvm::ArrayRef<Value *>) {
                      Stretch group = stretch;
                      group.index = b.CreateAdd(stretch.index, lane);
                      group.column = b.CreateAdd(stretch.column, lane);
                      group.count = kernels::smaller(
                          b, step, b.CreateSub(stretch.count, lane));
                      p_.lanes.set_active(group.count);
                      if (joined)
                        find_image_indices(group);
                      p_.walk.emit(p_.sizes, target_.depth,
                                   [&](const kernels::RowWalk::Run &run) {
                                     emit_run(group, run);
                                   });
                      p_.lanes.set_active(nullptr);
                      return kernels::Values();
                    });
}

/// `form` over the lanes of a group, where its other terms sum to `base`.
kernels::LaneValue PanelCode::along(const analysis::Affine &form, Value *base,
                                    const Stretch &group) {
  analysis::SizePolynomial step = p_.side.lane_step(form);
  if (step.is_zero())
    return kernels::LaneValue::uniform(DType::i64, base);
  Value *each = p_.sizes.value(step);
  Value *first = b.CreateAdd(base, b.CreateMul(each, group.index));
  return kernels::LaneValue::linear(first, each);
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

kernels::LaneValue PanelCode::guard(size_t load, const Stretch &group,
                                    const kernels::RowWalk::Run &run) {
  kernels::LaneValue all;
  kernels::LaneValue zero =
      group.rows ? kernels::LaneValue::uniform(DType::i32, b.getInt32(0))
                 : kernels::LaneValue::uniform(DType::i64, index(0));
  const analysis::FactorLoad &at = p_.loads()[load];
  for (size_t c = 0; c < at.conditions.size(); ++c) {
    const analysis::Affine &form = at.conditions[c];
    Value *base = condition_base(load, c, group, run);
    kernels::LaneValue value =
        group.rows ? over_image(form, base, group) : along(form, base, group);
    kernels::LaneValue holds =
        p_.lanes.apply(ScalarOp::le, DType::boolean, {zero, value});
    all = all ? p_.lanes.apply(ScalarOp::bit_and, DType::boolean, {all, holds})
              : holds;
  }
  return all;
}

bool PanelCode::has_constant_other() {
  if (p_.bases[0].other)
    return true;
  const Node &load = p_.node(0);
  size_t rank = p_.frame().kernel.operands[load.index].dims.size();
  return load.args.size() <= rank ||
         p_.frame().kernel.nodes[load.args[rank + 1]].kind ==
             NodeKind::constant;
}

/// Of a panel: others are zero points.
bool is_element(DType type) { return type != DType::i32; }

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

void PanelCode::emit_run(const Stretch &group,
                         const kernels::RowWalk::Run &run) {
  if (is_copy())
    return copy_run(group, run);
  llvm::SmallVector<kernels::LaneValue, 4> guards, offsets;
  for (size_t l = 0; l < p_.loads().size(); ++l) {
    offsets.push_back(offset(l, group, run));
    guards.push_back(guard(l, group, run));
  }
  emit_positions(group, run, guards, offsets);
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

kernels::LaneValue PanelCode::offset(size_t load, const Stretch &group,
                                     const kernels::RowWalk::Run &run) {
  const analysis::Affine &form = p_.loads()[load].offset;
  Value *base = p_.sizes.add_terms(
      p_.sizes.add_terms(p_.bases[load].offset, form, run.indices), form,
      group.outer);
  return along(form, base, group);
}

/// The part of the affine form of condition `c` (>= 0) that is independent of
/// the lane.
Value *PanelCode::condition_base(size_t load, size_t c, const Stretch &group,
                                 const kernels::RowWalk::Run &run) {
  const analysis::Affine &form = p_.loads()[load].conditions[c];
  return p_.sizes.add_terms(
      p_.sizes.add_terms(p_.bases[load].conditions[c], form, run.indices), form,
      group.outer);
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

void PanelCode::emit_positions(const Stretch &group,
                               const kernels::RowWalk::Run &run,
                               llvm::ArrayRef<kernels::LaneValue> guards,
                               llvm::ArrayRef<kernels::LaneValue> offsets) {
  Value *first = b.CreateSub(run.first, target_.depth.begin);
  kernels::emit_for(p_.frame(), run.begin, run.end, [&](Value *position) {
    kernels::FactorCode code(p_.lanes, p_.side.factor);
    for (size_t l = 0; l < p_.loads().size(); ++l) {
      kernels::LaneValue other =
          guards[l] ? p_.other(l, code) : kernels::LaneValue();
      code.set(p_.loads()[l].node,
               load(l, offsets[l], position, guards[l], other));
    }
    store(b.CreateAdd(first, b.CreateMul(position, run.step)), group,
          code.value(p_.side.factor.value));
  });
}

kernels::LaneValue PanelCode::load(size_t number,
                                   const kernels::LaneValue &offset,
                                   Value *position,
                                   const kernels::LaneValue &guard,
                                   const kernels::LaneValue &other) {
  uint32_t operand = p_.node(number).index;
  const analysis::FactorLoad &load = p_.loads()[number];
  Value *step = p_.sizes.value(p_.walk.stream_coefficient(load.offset));
  Value *pointer = p_.frame().operands[operand];
  bool is_moved = number == 0 && load0_.pointer;
  Value *moved = b.CreateMul(is_moved ? load0_.stride : step, position);
  if (is_moved) {
    pointer = load0_.pointer;
    moved = b.CreateAdd(moved, load0_.shift);
  }
  kernels::LaneValue at =
      p_.lanes.apply(ScalarOp::add, DType::i64,
                     {offset, kernels::LaneValue::uniform(DType::i64, moved)});
  return p_.lanes.load(p_.frame().kernel.operands[operand].dtype, pointer, at,
                       guard, other);
}

void PanelCode::store(Value *row, const Stretch &group,
                      const kernels::LaneValue &value) {
  Value *offset = b.CreateAdd(b.CreateMul(row, pitch_), group.column);
  p_.lanes.store(p_.type, target_.address, p_.lanes.index(offset), value);
}

} // namespace

void evaluate_panel(kernels::Packer &packer, const PanelTarget &target,
                    Value *pitch, const Relocation &load0) {
  PanelCode(packer, target, pitch, load0).emit();
}

} // namespace landfall::reef
