//===- contraction_stencil.cpp - Sums of a few taps -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_stencil.h"
#include "compiler/kernels/contraction/contraction_epilogue.h"
#include "compiler/kernels/contraction/contraction_segments.h"
#include "compiler/kernels/contraction/contraction_tile.h"
#include "compiler/kernels/frame/loop_builder.h"

#include <optional>

namespace landfall::kernels {

using llvm::Value;

namespace {

constexpr int64_t most_taps = 64;
/// Multiply-adds worth a task of their own.
constexpr int64_t work_of_a_task = int64_t(1) << 18;

/// The number of depth points, if it is a constant.
std::optional<int64_t> tap_count(const analysis::ContractionRoles &roles) {
  analysis::SizePolynomial count(1);
  for (uint32_t variable : roles.depth)
    count = count * analysis::SizePolynomial::of(roles.space.extents[variable]);
  return count.constant();
}

/// Lane loops that stay apart: a vector never crosses a row's end.
PackSide lane_side(const analysis::ContractionRoles &roles) {
  PackSide side(roles.lane, roles.space, roles.depth, {});
  for (uint32_t variable : roles.lanes)
    side.lanes.push_back({variable, analysis::SizePolynomial::of(
                                        roles.space.extents[variable])});
  return side;
}

class StencilGenerator : public TaskGenerator {
public:
  StencilGenerator(const Kernel &kernel, const Machine &machine,
                   analysis::ContractionRoles roles)
      : type_(kernel.accumulator),
        width_(Lanes::natural_width(machine, kernel.accumulator)),
        roles_(std::move(roles)), taps_(*tap_count(roles_)),
        lane_(lane_side(roles_)),
        broadcast_(roles_.broadcast, roles_.space, {}, roles_.depth),
        outer_(roles_.lanes.begin(), roles_.lanes.end() - 1),
        inner_(roles_.lanes.back()) {}

  Plan plan(KernelFrame &frame) override {
    SizeCode sizes(frame);
    Cut cut = emit_cut(sizes);
    Value *batch = sizes.extent(roles_.space, roles_.batch);
    Value *points = frame.b.CreateMul(cut.outer, cut.inner);
    Value *tasks = frame.b.CreateMul(batch, cut.tasks);
    return {frame.b.CreateSelect(frame.b.CreateICmpEQ(points, frame.index(0)),
                                 frame.index(0), tasks),
            frame.index(0)};
  }

  void prologue(KernelFrame &frame) override {
    sizes_.emplace(frame);
    cut_ = emit_cut(*sizes_);
  }

  void task(KernelFrame &frame, Value *number) override;

private:
  /// Rows of lanes (points of all lane loops but the innermost) to tasks.
  struct Cut {
    Value *outer, *inner; ///< Extents.
    Value *task_outer, *tasks;
  };
  struct Emitters {
    Lanes &lanes;
    Packer lane, broadcast;
    Epilogue epilogue;
  };

  Cut emit_cut(SizeCode &sizes);
  void emit_row(Emitters &emit, const IndexValues &indices);
  Value *is_inside(Emitters &emit, const IndexValues &indices, Value *first);
  void emit_inside(Emitters &emit, const IndexValues &indices, Value *first);
  void emit_guarded(Emitters &emit, const IndexValues &indices, Value *first);
  Value *emit_tap(Emitters &emit, int64_t tap, Value *sum, FactorCode &lane);
  IndexValues tap_indices(int64_t tap);
  Value *index(int64_t value) { return sizes_->frame().index(value); }

  DType type_;
  unsigned width_;
  analysis::ContractionRoles roles_;
  int64_t taps_;
  PackSide lane_, broadcast_;
  std::vector<uint32_t> outer_;
  uint32_t inner_;
  // Of the run function being emitted.
  std::optional<SizeCode> sizes_;
  Cut cut_{};
};

StencilGenerator::Cut StencilGenerator::emit_cut(SizeCode &sizes) {
  llvm::IRBuilderBase &b = sizes.b();
  KernelFrame &frame = sizes.frame();
  Cut cut;
  cut.outer = sizes.extent(roles_.space, outer_);
  cut.inner = sizes.extent(roles_.space, {inner_});
  Value *work =
      b.CreateMul(cut.inner, frame.index(std::max<int64_t>(taps_, 1)));
  cut.task_outer =
      ceil_div(b, frame.index(work_of_a_task), larger(b, work, frame.index(1)));
  cut.tasks = ceil_div(b, cut.outer, cut.task_outer);
  return cut;
}

void StencilGenerator::task(KernelFrame &frame, Value *number) {
  llvm::IRBuilderBase &b = frame.b;
  Lanes lanes(frame, width_);
  Value *batch = b.CreateUDiv(number, cut_.tasks);
  Value *begin = b.CreateMul(
      b.CreateSub(number, b.CreateMul(batch, cut_.tasks)), cut_.task_outer);
  Value *end = smaller(b, cut_.outer, b.CreateAdd(begin, cut_.task_outer));
  IndexValues indices;
  split_index(*sizes_, roles_.space, roles_.batch, batch, indices);
  Emitters emit{lanes, Packer(*sizes_, lanes, lane_, type_),
                Packer(*sizes_, lanes, broadcast_, type_),
                Epilogue(*sizes_, lanes, roles_)};
  emit.lane.begin(indices);
  emit.broadcast.begin(indices);
  emit_for(frame, begin, end, [&](Value *row) {
    IndexValues at = indices;
    split_index(*sizes_, roles_.space, outer_, row, at);
    emit_row(emit, at);
  });
}

void StencilGenerator::emit_row(Emitters &emit, const IndexValues &indices) {
  KernelFrame &frame = sizes_->frame();
  llvm::IRBuilderBase &b = frame.b;
  emit_for(frame, index(0), cut_.inner, emit.lanes.step(), {},
           [&](Value *first, llvm::ArrayRef<Value *>) {
             Value *whole = b.CreateICmpSLE(
                 b.CreateAdd(first, emit.lanes.step()), cut_.inner);
             Value *inside =
                 b.CreateAnd(whole, is_inside(emit, indices, first));
             return emit_if(
                 frame, inside,
                 [&] { return emit_inside(emit, indices, first), Values(); },
                 [&] { return emit_guarded(emit, indices, first), Values(); });
           });
}

/// Whether all guards hold at all taps of a whole vector.
Value *StencilGenerator::is_inside(Emitters &emit, const IndexValues &indices,
                                   Value *first) {
  llvm::IRBuilderBase &b = sizes_->b();
  IndexValues lane_indices;
  for (uint32_t variable : outer_)
    lane_indices[variable] = indices.lookup(variable);
  lane_indices[inner_] = first;
  Value *inside = b.getTrue();
  for (size_t l = 0; l < lane_.factor.loads.size(); ++l) {
    const analysis::FactorLoad &load = lane_.factor.loads[l];
    for (size_t c = 0; c < load.conditions.size(); ++c) {
      const analysis::Affine &condition = load.conditions[c];
      Value *least = sizes_->add_terms(emit.lane.bases[l].conditions[c],
                                       condition, lane_indices);
      auto lower = [&](uint32_t variable, int64_t steps) {
        Value *reach = b.CreateMul(
            sizes_->value(condition.coefficient(variable)), index(steps));
        least = b.CreateAdd(least, smaller(b, reach, index(0)));
      };
      lower(inner_, int64_t(width_) - 1);
      for (uint32_t variable : roles_.depth)
        lower(variable, roles_.space.extents[variable].value - 1);
      inside = b.CreateAnd(inside, b.CreateICmpSGE(least, index(0)));
    }
  }
  return inside;
}

IndexValues StencilGenerator::tap_indices(int64_t tap) {
  IndexValues indices;
  for (size_t d = roles_.depth.size(); d-- > 0;) {
    int64_t extent = roles_.space.extents[roles_.depth[d]].value;
    indices[roles_.depth[d]] = index(tap % extent);
    tap /= extent;
  }
  return indices;
}

/// The sum and the product of both factors at one tap.
Value *StencilGenerator::emit_tap(Emitters &emit, int64_t tap, Value *sum,
                                  FactorCode &lane) {
  FactorCode broadcast(emit.lanes, broadcast_.factor);
  Packer &packer = emit.broadcast;
  IndexValues indices = tap_indices(tap);
  for (size_t l = 0; l < packer.loads().size(); ++l)
    broadcast.set(
        packer.loads()[l].node,
        packer.load(l,
                    sizes_->add_terms(packer.bases[l].offset,
                                      packer.loads()[l].offset, indices),
                    analysis::SizePolynomial()));
  Value *a = emit.lanes.spread(broadcast.value(broadcast_.factor.value));
  Value *x = emit.lanes.spread(lane.value(lane_.factor.value));
  return multiply_add(sizes_->b(), a, x, sum);
}

void StencilGenerator::emit_inside(Emitters &emit, const IndexValues &indices,
                                   Value *first) {
  Value *sum = llvm::Constant::getNullValue(emit.lanes.vector_type(type_));
  for (int64_t tap = 0; tap < taps_; ++tap) {
    IndexValues at = tap_indices(tap);
    for (uint32_t variable : outer_)
      at[variable] = indices.lookup(variable);
    at[inner_] = first;
    FactorCode code(emit.lanes, lane_.factor);
    for (size_t l = 0; l < lane_.factor.loads.size(); ++l) {
      const analysis::FactorLoad &load = lane_.factor.loads[l];
      Value *offset =
          sizes_->add_terms(emit.lane.bases[l].offset, load.offset, at);
      code.set(load.node,
               emit.lane.load(l, offset, lane_.lane_step(load.offset)));
    }
    sum = emit_tap(emit, tap, sum, code);
  }
  emit.epilogue.emit_vector(sum, first, indices);
}

void StencilGenerator::emit_guarded(Emitters &emit, const IndexValues &indices,
                                    Value *first) {
  llvm::IRBuilderBase &b = sizes_->b();
  Value *active = smaller(b, emit.lanes.step(), b.CreateSub(cut_.inner, first));
  Segment segment;
  segment.mask = lanes_between(emit.lane, index(0), active);
  for (uint32_t variable : outer_)
    segment.indices[variable] = indices.lookup(variable);
  segment.indices[inner_] = first;
  SegmentReader reader(emit.lane, {false, {segment}});
  Value *sum = llvm::Constant::getNullValue(emit.lanes.vector_type(type_));
  for (int64_t tap = 0; tap < taps_; ++tap) {
    FactorCode code(emit.lanes, lane_.factor);
    for (size_t l = 0; l < lane_.factor.loads.size(); ++l) {
      OpenLoad open = reader.open(l, tap_indices(tap));
      code.set(lane_.factor.loads[l].node,
               reader.read(l, open, index(0), code));
    }
    sum = emit_tap(emit, tap, sum, code);
  }
  emit.lanes.set_active(active);
  emit.epilogue.emit_vector(sum, first, indices);
  emit.lanes.set_active(nullptr);
}

} // namespace

bool is_stencil(const analysis::ContractionRoles &roles) {
  std::optional<int64_t> taps = tap_count(roles);
  bool guarded = false;
  for (const analysis::FactorLoad &load : roles.broadcast.loads)
    guarded |= load.guarded();
  return roles.rows.empty() && !roles.lanes.empty() && taps &&
         *taps <= most_taps && !guarded;
}

std::unique_ptr<TaskGenerator>
stencil_generator(const Kernel &kernel, const Machine &machine,
                  analysis::ContractionRoles roles) {
  return std::make_unique<StencilGenerator>(kernel, machine, std::move(roles));
}

} // namespace landfall::kernels
