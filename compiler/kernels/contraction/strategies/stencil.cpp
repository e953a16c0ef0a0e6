//===- stencil.cpp - Sums of a few taps -----------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Contractions without M and with few steps of K (taps), above all depthwise
// convolutions: nothing would be used twice, so nothing is packed. Each vector
// of results sums its taps straight from memory, without masks where all of
// them are inside the operand.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_epilogue.h"
#include "compiler/kernels/contraction/contraction_segments.h"
#include "compiler/kernels/contraction/contraction_strategy.h"
#include "compiler/kernels/frame/loop_builder.h"

#include <optional>

namespace landfall::kernels {

using llvm::Value;

namespace {

constexpr int64_t most_taps = 64;
/// Multiply-adds worth a task of their own.
constexpr int64_t work_of_a_task = int64_t(1) << 18;

/// N loops that stay apart: a vector never crosses a row's end.
PackSide n_side(const analysis::ContractionRoles &roles) {
  PackSide side(roles.n_side, roles.space, roles.k_loops, {});
  for (uint32_t variable : roles.n_loops)
    side.lanes.push_back({variable, analysis::SizePolynomial::of(
                                        roles.space.extents[variable])});
  return side;
}

class StencilGenerator : public TaskGenerator {
public:
  explicit StencilGenerator(const ContractionProblem &problem)
      : type_(problem.type),
        width_(Lanes::natural_width(problem.machine, problem.type)),
        roles_(problem.roles), taps_(*problem.k), n_side_(n_side(roles_)),
        m_side_(roles_.m_side, roles_.space, {}, roles_.k_loops),
        outer_(roles_.n_loops.begin(), roles_.n_loops.end() - 1),
        inner_(roles_.n_loops.back()) {}

  std::string print_plan() const override { return print(roles_); }

  Plan plan(KernelFrame &frame) override {
    SizeCode sizes(frame);
    Cut cut = emit_cut(sizes);
    Value *batch = sizes.extent(roles_.space, roles_.batch_loops);
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
    Packer n_side, m_side;
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
  PackSide n_side_, m_side_;
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
  split_index(*sizes_, roles_.space, roles_.batch_loops, batch, indices);
  Emitters emit{lanes, Packer(*sizes_, lanes, n_side_, type_),
                Packer(*sizes_, lanes, m_side_, type_),
                Epilogue(*sizes_, lanes, roles_)};
  emit.n_side.begin(indices);
  emit.m_side.begin(indices);
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
  for (size_t l = 0; l < n_side_.factor.loads.size(); ++l) {
    const analysis::FactorLoad &load = n_side_.factor.loads[l];
    for (size_t c = 0; c < load.conditions.size(); ++c) {
      const analysis::Affine &condition = load.conditions[c];
      Value *least = sizes_->add_terms(emit.n_side.bases[l].conditions[c],
                                       condition, lane_indices);
      auto lower = [&](uint32_t variable, int64_t steps) {
        Value *reach = b.CreateMul(
            sizes_->value(condition.coefficient(variable)), index(steps));
        least = b.CreateAdd(least, smaller(b, reach, index(0)));
      };
      lower(inner_, int64_t(width_) - 1);
      for (uint32_t variable : roles_.k_loops)
        lower(variable, roles_.space.extents[variable].value - 1);
      inside = b.CreateAnd(inside, b.CreateICmpSGE(least, index(0)));
    }
  }
  return inside;
}

IndexValues StencilGenerator::tap_indices(int64_t tap) {
  IndexValues indices;
  for (size_t d = roles_.k_loops.size(); d-- > 0;) {
    int64_t extent = roles_.space.extents[roles_.k_loops[d]].value;
    indices[roles_.k_loops[d]] = index(tap % extent);
    tap /= extent;
  }
  return indices;
}

/// The sum and the product of both factors at one tap.
Value *StencilGenerator::emit_tap(Emitters &emit, int64_t tap, Value *sum,
                                  FactorCode &lane) {
  FactorCode broadcast(emit.lanes, m_side_.factor);
  Packer &packer = emit.m_side;
  IndexValues indices = tap_indices(tap);
  for (size_t l = 0; l < packer.loads().size(); ++l)
    broadcast.set(
        packer.loads()[l].node,
        packer.load(l,
                    sizes_->add_terms(packer.bases[l].offset,
                                      packer.loads()[l].offset, indices),
                    analysis::SizePolynomial()));
  Value *a = emit.lanes.spread(broadcast.value(m_side_.factor.value));
  Value *x = emit.lanes.spread(lane.value(n_side_.factor.value));
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
    FactorCode code(emit.lanes, n_side_.factor);
    for (size_t l = 0; l < n_side_.factor.loads.size(); ++l) {
      const analysis::FactorLoad &load = n_side_.factor.loads[l];
      Value *offset =
          sizes_->add_terms(emit.n_side.bases[l].offset, load.offset, at);
      code.set(load.node,
               emit.n_side.load(l, offset, n_side_.lane_step(load.offset)));
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
  segment.mask = lanes_between(emit.n_side, index(0), active);
  for (uint32_t variable : outer_)
    segment.indices[variable] = indices.lookup(variable);
  segment.indices[inner_] = first;
  SegmentReader reader(emit.n_side, {false, {segment}});
  Value *sum = llvm::Constant::getNullValue(emit.lanes.vector_type(type_));
  for (int64_t tap = 0; tap < taps_; ++tap) {
    FactorCode code(emit.lanes, n_side_.factor);
    for (size_t l = 0; l < n_side_.factor.loads.size(); ++l) {
      OpenLoad open = reader.open(l, tap_indices(tap));
      code.set(n_side_.factor.loads[l].node,
               reader.read(l, open, index(0), code));
    }
    sum = emit_tap(emit, tap, sum, code);
  }
  emit.lanes.set_active(active);
  emit.epilogue.emit_vector(sum, first, indices);
  emit.lanes.set_active(nullptr);
}

class Stencil : public KernelStrategy {
public:
  std::string_view name() const override { return "stencil"; }

  Applies applies(const ContractionProblem &problem) const override {
    const analysis::ContractionRoles &roles = problem.roles;
    if (!roles.m_loops.empty())
      return Applies::no("it has M: both sides are used more than once");
    if (roles.n_loops.empty())
      return Applies::no("it has no N");
    if (!problem.k)
      return Applies::no("K is a run-time size");
    if (*problem.k > most_taps)
      return Applies::no("K is more than a few taps");
    for (const analysis::FactorLoad &load : roles.m_side.loads)
      if (load.guarded())
        return Applies::no("the M side is loaded under a guard");
    return {};
  }

  std::unique_ptr<TaskGenerator>
  generator(const ContractionProblem &problem) const override {
    return std::make_unique<StencilGenerator>(problem);
  }
};

} // namespace

const ContractionStrategy &stencil_strategy() {
  static const Stencil strategy;
  return strategy;
}

} // namespace landfall::kernels
