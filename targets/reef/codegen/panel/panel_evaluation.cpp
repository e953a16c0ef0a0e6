//===- panel_evaluation.cpp - Factors on the vector unit -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/panel/panel_code.h"

#include "compiler/kernels/frame/loop_builder.h"

namespace landfall::reef {

using llvm::Value;

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

void evaluate_panel(kernels::Packer &packer, const PanelTarget &target,
                    Value *pitch, const Relocation &load0) {
  PanelCode(packer, target, pitch, load0).emit();
}

} // namespace landfall::reef
