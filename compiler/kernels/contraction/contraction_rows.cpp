//===- contraction_rows.cpp - Loops over the rows to pack -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_rows.h"
#include "compiler/kernels/frame/loop_builder.h"

namespace landfall::kernels {

using llvm::Value;

RowWalk::RowWalk(const analysis::Factor &factor,
                 const std::vector<analysis::LoopSpan> &rows)
    : rows_(rows), stream_(rows.size()) {
  for (size_t s = 0; s < rows.size(); ++s) {
    bool guarded = false;
    for (const analysis::FactorLoad &load : factor.loads)
      for (const analysis::Affine &condition : load.conditions)
        guarded |= condition.uses(rows[s].variable);
    if (!guarded)
      stream_ = s;
  }
}

analysis::SizePolynomial
RowWalk::stream_coefficient(const analysis::Affine &form) const {
  return stream_ < rows_.size() ? form.coefficient(rows_[stream_].variable)
                                : analysis::SizePolynomial();
}

analysis::SizePolynomial RowWalk::extent(size_t begin, size_t end) const {
  analysis::SizePolynomial product(1);
  for (size_t s = begin; s < end && s < rows_.size(); ++s)
    product = product * rows_[s].extent;
  return product;
}

void RowWalk::emit(SizeCode &sizes, const Interval &interval,
                   const std::function<void(const Run &)> &body) const {
  llvm::IRBuilderBase &b = sizes.b();
  Run run;
  run.first = sizes.frame().index(0);
  run.step = sizes.value(extent(stream_ + 1, rows_.size()));
  if (stream_ == 0 || rows_.empty())
    return emit_inner(sizes, interval, stream_ + 1, run.first, run, body);
  // The loops outside the stream, flattened. A turn is one iteration of them:
  // all rows of the stream and of the loops inside it.
  Value *turn = sizes.value(extent(stream_, rows_.size()));
  Value *end = b.CreateAdd(interval.begin, interval.count);
  std::vector<analysis::LoopSpan> outer(rows_.begin(), rows_.begin() + stream_);
  emit_for(sizes.frame(), b.CreateUDiv(interval.begin, turn),
           ceil_div(b, end, turn), [&](Value *number) {
             Run at = run;
             at.first = b.CreateMul(number, turn);
             split_index(sizes, outer, number, at.indices);
             emit_inner(sizes, interval, stream_ + 1, sizes.frame().index(0),
                        at, body);
           });
}

void RowWalk::emit_inner(SizeCode &sizes, const Interval &interval, size_t span,
                         Value *inner, Run run,
                         const std::function<void(const Run &)> &body) const {
  llvm::IRBuilderBase &b = sizes.b();
  if (span >= rows_.size()) {
    run.first = b.CreateAdd(run.first, inner);
    return emit_run(sizes, interval, run, body);
  }
  Value *extent = sizes.value(rows_[span].extent);
  emit_for(sizes.frame(), sizes.frame().index(0), extent, [&](Value *index) {
    Run at = run;
    at.indices[rows_[span].variable] = index;
    emit_inner(sizes, interval, span + 1,
               b.CreateAdd(b.CreateMul(inner, extent), index), at, body);
  });
}

/// Emits `body` for the positions whose rows are in the interval.
void RowWalk::emit_run(SizeCode &sizes, const Interval &interval, Run run,
                       const std::function<void(const Run &)> &body) const {
  llvm::IRBuilderBase &b = sizes.b();
  Value *zero = sizes.frame().index(0), *one = sizes.frame().index(1);
  Value *extent =
      stream_ < rows_.size() ? sizes.value(rows_[stream_].extent) : one;
  Value *last = b.CreateMul(b.CreateSub(extent, one), run.step);
  // The first position whose row number is >= `bound`; `extent` if there is
  // none. Mostly it is 0 or `extent`: the slow division is in a branch.
  auto position = [&](Value *bound) {
    Value *distance = b.CreateSub(bound, run.first);
    Value *is_behind = b.CreateICmpSGT(distance, zero);
    return emit_if(
        sizes.frame(), b.CreateAnd(is_behind, b.CreateICmpSLE(distance, last)),
        [&] { return Values{ceil_div(b, distance, run.step)}; },
        [&] { return Values{b.CreateSelect(is_behind, extent, zero)}; })[0];
  };
  run.begin = position(interval.begin);
  run.end = position(b.CreateAdd(interval.begin, interval.count));
  body(run);
}

} // namespace landfall::kernels
