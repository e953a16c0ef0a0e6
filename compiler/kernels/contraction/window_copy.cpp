//===- window_copy.cpp - Making padded copies of images -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Lines, indices of the innermost axis, are copied in the order of memory. Each
// is written before the next, as its last vector may reach into that. Only
// vectors at the ends of a line, and those of lines outside of the image,
// evaluate guards.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/window_copy.h"
#include "compiler/kernels/contraction/contraction_segments.h"
#include "compiler/kernels/frame/loop_builder.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

class CopyCode {
public:
  CopyCode(Packer &packer, const WindowSide &side, const PackTarget &target)
      : packer_(packer), side_(side), target_(target), sizes_(packer.sizes),
        b_(packer.b()), type_(packer.stored_type()),
        inner_(packer.side.lanes.back()),
        outer_(packer.side.lanes.begin(), packer.side.lanes.end() - 1) {}

  void emit() {
    Value *begin = target_.rows.begin;
    emit_for(packer_.frame(), begin, b_.CreateAdd(begin, target_.rows.count),
             [&](Value *row) {
               IndexValues indices;
               split_index(sizes_, packer_.side.rows, row, indices);
               Value *offset =
                   b_.CreateMul(b_.CreateSub(row, begin), target_.stride);
               emit_row(element(b_, type_, target_.target, offset), indices);
             });
  }

private:
  /// Lanes of a line: [low, high).
  struct Bounds {
    Value *low, *high;
  };

  void emit_row(Value *target, const IndexValues &indices) {
    Value *begin = target_.lanes.begin;
    Value *end = b_.CreateAdd(begin, target_.lanes.count);
    Value *extent = sizes_.value(inner_.extent);
    emit_for(packer_.frame(), b_.CreateUDiv(begin, extent),
             ceil_div(b_, end, extent), [&](Value *line) {
               Value *start = b_.CreateMul(line, extent);
               Bounds lanes{larger(b_, b_.CreateSub(begin, start), index(0)),
                            smaller(b_, b_.CreateSub(end, start), extent)};
               IndexValues at = indices;
               split_index(sizes_, outer_, line, at);
               emit_line(element(b_, type_, target, b_.CreateSub(start, begin)),
                         lanes, at);
             });
  }

  /// `target`: the address of lane 0 of the line.
  void emit_line(Value *target, const Bounds &lanes,
                 const IndexValues &indices) {
    Bounds inside = inside_guards(lanes, indices);
    emit_for(packer_.frame(), lanes.low, lanes.high, packer_.lanes.step(), {},
             [&](Value *lane, llvm::ArrayRef<Value *>) {
               Value *holds = b_.CreateAnd(b_.CreateICmpSGE(lane, inside.low),
                                           b_.CreateICmpSLT(lane, inside.high));
               Value *value = emit_if(
                   packer_.frame(), holds,
                   [&] { return Values{whole_vector(lane, indices)}; },
                   [&] {
                     Value *left = b_.CreateSub(lanes.high, lane);
                     return Values{guarded_vector(lane, left, indices)};
                   })[0];
               uint64_t align = uint64_t(size_of(packer_.type));
               b_.CreateAlignedStore(value, element(b_, type_, target, lane),
                                     llvm::Align(align));
               return Values();
             });
  }

  /// Where vectors begin that are inside the line and meet all guards.
  Bounds inside_guards(const Bounds &lanes, const IndexValues &indices) {
    Bounds inside{lanes.low, behind(lanes.high)};
    for (size_t l = 0; l < packer_.loads().size(); ++l)
      for (size_t c = 0; c < packer_.loads()[l].conditions.size(); ++c) {
        const analysis::Affine &condition = packer_.loads()[l].conditions[c];
        restrict(inside,
                 sizes_.add_terms(packer_.bases[l].conditions[c], condition,
                                  indices),
                 condition.coefficient(inner_.variable).constant());
      }
    return inside;
  }

  /// The bound for the first lanes of vectors whose last is below `high`.
  Value *behind(Value *high) {
    return b_.CreateAdd(b_.CreateSub(high, packer_.lanes.step()), index(1));
  }

  /// To vectors for which form + step * lane >= 0 at all lanes.
  void restrict(Bounds &inside, Value *form, std::optional<int64_t> step) {
    Value *holds = b_.CreateICmpSGE(form, index(0));
    if (!step)
      holds = b_.getFalse();
    if (step && *step > 0) {
      Value *lacking = larger(b_, b_.CreateNeg(form), index(0));
      inside.low = larger(b_, inside.low, ceil_div(b_, lacking, index(*step)));
      return;
    }
    if (step && *step < 0) {
      Value *last = b_.CreateUDiv(larger(b_, form, index(0)), index(-*step));
      inside.high =
          smaller(b_, inside.high, behind(b_.CreateAdd(last, index(1))));
    }
    inside.high = b_.CreateSelect(holds, inside.high, inside.low);
  }

  Value *whole_vector(Value *lane, const IndexValues &indices) {
    Value *all = llvm::ConstantVector::getSplat(
        llvm::ElementCount::getFixed(packer_.lanes.fixed_width()),
        b_.getTrue());
    LaneChunk chunk = line_chunk(lane, all, indices);
    chunk.guards_hold = true;
    return read(std::move(chunk));
  }

  /// `left`: lanes of the line from `lane` on.
  Value *guarded_vector(Value *lane, Value *left, const IndexValues &indices) {
    return read(
        line_chunk(lane, lanes_between(packer_, index(0), left), indices));
  }

  LaneChunk line_chunk(Value *lane, Value *mask, const IndexValues &indices) {
    Segment segment{mask, indices};
    segment.indices[inner_.variable] = lane;
    return {false, {segment}};
  }

  Value *read(LaneChunk chunk) {
    SegmentReader reader(packer_, std::move(chunk));
    FactorCode code(packer_.lanes, packer_.side.factor);
    for (size_t l = 0; l < packer_.loads().size(); ++l) {
      OpenLoad open = reader.open(l, IndexValues());
      code.set(packer_.loads()[l].node, reader.read(l, open, index(0), code));
      prefetch_next_channel(l, open.offsets[0]);
    }
    return packer_.packed(code);
  }

  /// Channels are far apart in memory: the processor does not foresee the step
  /// from one to the next.
  void prefetch_next_channel(size_t load, Value *offset) {
    const analysis::Affine &form = packer_.loads()[load].offset;
    if (side_.channels.empty() || !form.uses(inner_.variable))
      return;
    analysis::SizePolynomial step = form.coefficient(side_.channels.back());
    packer_.prefetch(load, b_.CreateAdd(offset, sizes_.value(step)));
  }

  Value *index(int64_t value) { return packer_.frame().index(value); }

  Packer &packer_;
  const WindowSide &side_;
  const PackTarget &target_;
  SizeCode &sizes_;
  llvm::IRBuilderBase &b_;
  llvm::Type *type_;
  analysis::LoopSpan inner_;
  std::vector<analysis::LoopSpan> outer_;
};

} // namespace

void copy_windows(Packer &packer, const WindowSide &side,
                  const PackTarget &target) {
  CopyCode(packer, side, target).emit();
}

} // namespace landfall::kernels
