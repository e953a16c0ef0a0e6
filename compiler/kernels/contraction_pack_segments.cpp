//===- contraction_pack_segments.cpp - Packing under guards ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The general way. A vector of lanes is cut where the innermost loop starts
// anew: a few segments, each one masked load from memory of its own. Vectors
// of more segments than that are gathered. What guards say is worked out once
// a run of rows; inside it only the addresses move.
//
//   lanes of a 5 x 5 image:  0 1 2 3 4 | 0 1 2 3 4 | 0 1 2 3 4 | ...
//   a vector of 8 lanes:           [3 4 | 0 1 2 3 4 | 0]      3 segments
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction_pack.h"
#include "compiler/kernels/loop_builder.h"

#include <algorithm>
#include <cstdlib>

namespace landfall {

using llvm::Value;

namespace {

constexpr unsigned most_segments = 4;

/// Lanes whose innermost index is `index` + lane, and the other lane loops'
/// indices the same; or, gathered, all indices as vectors.
struct Segment {
  Value *mask = nullptr; ///< i1 a lane.
  IndexValues indices;   ///< Scalars at lane 0, or vectors.
};

struct Chunk {
  Value *lane = nullptr; ///< Counted from the target's first.
  bool gathered = false;
  llvm::SmallVector<Segment, 4> segments;
};

/// A load in a run: where its stream starts and which lanes it may touch.
struct OpenLoad {
  Value *base = nullptr; ///< The offset without the lane loops' terms.
  llvm::SmallVector<Value *, 4> offsets, masks; ///< One a segment.
  /// Where neighbours are two elements apart: masks of the first and the last
  /// vector that the lanes' elements lie in.
  llvm::SmallVector<Value *, 4> low_masks, high_masks;
};

class ChunkPacker {
public:
  ChunkPacker(Packer &packer, const PackTarget &target, Chunk chunk)
      : p_(packer), target_(target), chunk_(std::move(chunk)), b_(packer.b()) {}

  void emit() {
    p_.walk.emit(p_.sizes, target_.rows,
                 [&](const RowWalk::Run &run) { emit_run(run); });
  }

private:
  void emit_run(const RowWalk::Run &run);
  OpenLoad open(size_t load, const RowWalk::Run &run);
  LaneValue read(size_t load, const OpenLoad &open, Value *position,
                 FactorCode &code);
  Value *along_segment(Value *base, const Affine &form, const Segment &segment);
  Value *restrict(Value *mask, const Segment &segment, const Affine &condition,
                  Value *base);
  bool is_direct(size_t load);
  void spread_masks(OpenLoad &open, Value *mask);
  Value *read_direct(size_t load, const OpenLoad &open, size_t segment,
                     Value *offset, Value *other);
  bool uses_lanes(const Affine &form) {
    return std::any_of(
        p_.side.lanes.begin(), p_.side.lanes.end(),
        [&](const LoopSpan &span) { return form.uses(span.variable); });
  }
  bool moves(size_t load) {
    return !p_.walk.stream_coefficient(p_.loads()[load].offset).is_zero();
  }

  Packer &p_;
  const PackTarget &target_;
  Chunk chunk_;
  llvm::IRBuilderBase &b_;
};

void ChunkPacker::emit_run(const RowWalk::Run &run) {
  FactorCode outer(p_.lanes);
  llvm::SmallVector<OpenLoad, 4> opened;
  for (size_t l = 0; l < p_.loads().size(); ++l) {
    opened.push_back(open(l, run));
    if (!moves(l))
      outer.set(p_.loads()[l].node, read(l, opened[l], nullptr, outer));
  }
  Value *first = b_.CreateSub(run.first, target_.rows.begin);
  emit_for(p_.frame(), run.begin, run.end, [&](Value *position) {
    FactorCode code = outer;
    for (size_t l = 0; l < p_.loads().size(); ++l)
      if (moves(l))
        code.set(p_.loads()[l].node, read(l, opened[l], position, code));
    Value *row = b_.CreateAdd(first, b_.CreateMul(position, run.step));
    p_.store(target_, code, row, chunk_.lane);
  });
}

/// base + the terms of the lane loops in a segment (at lane 0, or all lanes).
Value *ChunkPacker::along_segment(Value *base, const Affine &form,
                                  const Segment &segment) {
  if (!chunk_.gathered)
    return p_.sizes.add_terms(base, form, segment.indices);
  unsigned width = p_.lanes.fixed_width();
  Value *result = b_.CreateVectorSplat(width, base);
  for (const auto &[variable, coefficient] : form.terms)
    if (Value *indices = segment.indices.lookup(variable))
      result = b_.CreateAdd(
          result,
          b_.CreateMul(indices, b_.CreateVectorSplat(
                                    width, p_.sizes.value(coefficient))));
  return result;
}

OpenLoad ChunkPacker::open(size_t load, const RowWalk::Run &run) {
  const FactorLoad &at = p_.loads()[load];
  OpenLoad result;
  Value *base =
      p_.sizes.add_terms(p_.bases[load].offset, at.offset, run.indices);
  result.base = base;
  for (const Segment &segment : chunk_.segments) {
    result.offsets.push_back(along_segment(base, at.offset, segment));
    Value *mask = segment.mask;
    for (size_t c = 0; c < at.conditions.size(); ++c)
      mask = restrict(mask, segment, at.conditions[c],
                      p_.sizes.add_terms(p_.bases[load].conditions[c],
                                         at.conditions[c], run.indices));
    result.masks.push_back(mask);
    if (is_direct(load) && p_.side.lane_step(at.offset) == SizePolynomial(2))
      spread_masks(result, mask);
  }
  return result;
}

/// `mask` without the lanes where base + the segment's terms is negative.
Value *ChunkPacker::restrict(Value *mask, const Segment &segment,
                             const Affine &condition, Value *base) {
  Value *form = along_segment(base, condition, segment);
  if (chunk_.gathered)
    return b_.CreateAnd(
        mask,
        b_.CreateICmpSGE(form, llvm::Constant::getNullValue(form->getType())));
  SizePolynomial step = p_.side.lane_step(condition);
  if (step.is_zero())
    return b_.CreateSelect(b_.CreateICmpSGE(form, p_.frame().index(0)), mask,
                           llvm::Constant::getNullValue(mask->getType()));
  unsigned width = p_.lanes.fixed_width();
  Value *numbers = p_.lanes.lane_numbers(64);
  std::optional<int64_t> known = step.constant();
  if (known && std::abs(*known) < 1 << 20) {
    // No lane's sign changes by cutting the form off beyond all its steps.
    int64_t reach = std::abs(*known) * width;
    form = larger(b_, smaller(b_, form, p_.frame().index(reach)),
                  p_.frame().index(-reach));
    form = b_.CreateTrunc(form, b_.getInt32Ty());
    numbers =
        b_.CreateMul(p_.lanes.lane_numbers(32),
                     b_.CreateVectorSplat(
                         width, b_.getInt32(static_cast<uint32_t>(*known))));
  } else {
    numbers = b_.CreateMul(numbers,
                           b_.CreateVectorSplat(width, p_.sizes.value(step)));
  }
  Value *values = b_.CreateAdd(b_.CreateVectorSplat(width, form), numbers);
  return b_.CreateAnd(
      mask, b_.CreateICmpSGE(values,
                             llvm::Constant::getNullValue(values->getType())));
}

LaneValue ChunkPacker::read(size_t load, const OpenLoad &open, Value *position,
                            FactorCode &code) {
  const FactorLoad &at = p_.loads()[load];
  Value *moved = p_.frame().index(0);
  if (position)
    moved = b_.CreateMul(position,
                         p_.sizes.value(p_.walk.stream_coefficient(at.offset)));
  if (!at.guarded() && !uses_lanes(at.offset))
    return p_.load(load, b_.CreateAdd(open.base, moved), SizePolynomial());
  LaneValue value = p_.other(load, code);
  if (chunk_.gathered)
    moved = b_.CreateVectorSplat(p_.lanes.fixed_width(), moved);
  for (size_t s = 0; s < open.offsets.size(); ++s) {
    LaneValue guard = LaneValue::varying(DType::boolean, open.masks[s]);
    Value *offset = b_.CreateAdd(open.offsets[s], moved);
    if (is_direct(load)) {
      value = LaneValue::varying(
          p_.node(load).type,
          read_direct(load, open, s, offset, p_.lanes.spread(value)));
      continue;
    }
    value =
        chunk_.gathered
            ? p_.load(load, LaneValue::varying(DType::i64, offset), guard,
                      value)
            : p_.load(load, offset, p_.side.lane_step(at.offset), guard, value);
  }
  return value;
}

/// Whether the load's elements are register values and vectors of them, or of
/// every second of them, can be read under a mask.
bool ChunkPacker::is_direct(size_t load) {
  DType type = p_.node(load).type;
  if (chunk_.gathered || size_of(type) < 4 || p_.lanes.fixed_width() < 2)
    return false;
  SizePolynomial step = p_.side.lane_step(p_.loads()[load].offset);
  return step == SizePolynomial(1) || step == SizePolynomial(2);
}

/// Lane l's element is number 2 l of two vectors in a row.
void ChunkPacker::spread_masks(OpenLoad &open, Value *mask) {
  int width = static_cast<int>(p_.lanes.fixed_width());
  Value *none = llvm::Constant::getNullValue(mask->getType());
  llvm::SmallVector<int, 16> low, high;
  for (int e = 0; e < width; ++e) {
    low.push_back(e % 2 ? width : e / 2);
    high.push_back(e % 2 ? width : (e + width) / 2);
  }
  open.low_masks.push_back(b_.CreateShuffleVector(mask, none, low));
  open.high_masks.push_back(b_.CreateShuffleVector(mask, none, high));
}

Value *ChunkPacker::read_direct(size_t load, const OpenLoad &open,
                                size_t segment, Value *offset, Value *other) {
  DType dtype = p_.node(load).type;
  llvm::Type *type = p_.lanes.scalar_type(dtype);
  llvm::Type *vector = p_.lanes.vector_type(dtype);
  llvm::Align align(static_cast<uint64_t>(size_of(dtype)));
  Value *from =
      element(b_, type, p_.frame().operands[p_.node(load).index], offset);
  if (open.low_masks.empty())
    return b_.CreateMaskedLoad(vector, from, align, open.masks[segment], other);
  int width = static_cast<int>(p_.lanes.fixed_width());
  Value *zero = llvm::Constant::getNullValue(vector);
  Value *next = element(b_, type, from, p_.frame().index(width));
  Value *low =
      b_.CreateMaskedLoad(vector, from, align, open.low_masks[segment], zero);
  Value *high =
      b_.CreateMaskedLoad(vector, next, align, open.high_masks[segment], zero);
  llvm::SmallVector<int, 16> even;
  for (int lane = 0; lane < width; ++lane)
    even.push_back(2 * lane);
  return b_.CreateSelect(open.masks[segment],
                         b_.CreateShuffleVector(low, high, even), other);
}

//===--- Chunks -----------------------------------------------------------===//

/// Lanes with numbers in [low, high).
Value *lanes_between(Packer &p, Value *low, Value *high) {
  llvm::IRBuilderBase &b = p.b();
  unsigned width = p.lanes.fixed_width();
  auto bound = [&](Value *limit) {
    Value *cut = larger(b, smaller(b, limit, p.frame().index(width)),
                        p.frame().index(0));
    return b.CreateVectorSplat(width, b.CreateTrunc(cut, b.getInt32Ty()));
  };
  Value *numbers = p.lanes.lane_numbers(32);
  return b.CreateAnd(b.CreateICmpSGE(numbers, bound(low)),
                     b.CreateICmpSLT(numbers, bound(high)));
}

/// `index` of the innermost loop at lane 0, `outer` the flattened others.
Chunk segmented_chunk(Packer &p, Value *lane, Value *active, Value *outer,
                      Value *index, unsigned segments) {
  llvm::IRBuilderBase &b = p.b();
  std::vector<LoopSpan> others = p.side.lanes;
  Chunk chunk{lane, false, {}};
  if (others.empty()) {
    chunk.segments.push_back(
        {lanes_between(p, p.frame().index(0), active), IndexValues()});
    return chunk;
  }
  LoopSpan inner = others.back();
  others.pop_back();
  Value *extent = p.sizes.value(inner.extent);
  for (unsigned s = 0; s < segments; ++s) {
    Segment segment;
    // The innermost loop started anew s times before this segment.
    Value *start = b.CreateMul(p.frame().index(s), extent);
    Value *low = s == 0 ? p.frame().index(0) : b.CreateSub(start, index);
    Value *high = active;
    if (segments > 1)
      high = smaller(b, active, b.CreateSub(b.CreateAdd(start, extent), index));
    segment.mask = lanes_between(p, low, high);
    split_index(p.sizes, others, b.CreateAdd(outer, p.frame().index(s)),
                segment.indices);
    segment.indices[inner.variable] = b.CreateSub(index, start);
    chunk.segments.push_back(segment);
  }
  return chunk;
}

Chunk gathered_chunk(Packer &p, Value *lane, Value *active, Value *flat) {
  llvm::IRBuilderBase &b = p.b();
  unsigned width = p.lanes.fixed_width();
  Segment segment;
  segment.mask = lanes_between(p, p.frame().index(0), active);
  Value *numbers =
      b.CreateAdd(b.CreateVectorSplat(width, flat), p.lanes.lane_numbers(64));
  for (size_t s = p.side.lanes.size(); s-- > 0;) {
    const LoopSpan &span = p.side.lanes[s];
    if (s == 0) {
      segment.indices[span.variable] = numbers;
      break;
    }
    Value *extent = b.CreateVectorSplat(width, p.sizes.value(span.extent));
    segment.indices[span.variable] = b.CreateURem(numbers, extent);
    numbers = b.CreateUDiv(numbers, extent);
  }
  return {lane, true, {segment}};
}

/// Chooses by the number of segments in the vector at `lane`.
void pack_chunk(Packer &p, const PackTarget &target, Value *lane) {
  llvm::IRBuilderBase &b = p.b();
  Value *active =
      smaller(b, p.lanes.step(), b.CreateSub(target.lanes.count, lane));
  Value *flat = b.CreateAdd(target.lanes.begin, lane);
  Value *zero = p.frame().index(0);
  if (p.side.lanes.size() <= 1) {
    ChunkPacker(p, target, segmented_chunk(p, lane, active, zero, flat, 1))
        .emit();
    return;
  }
  Value *extent = p.sizes.value(p.side.lanes.back().extent);
  Value *outer = b.CreateUDiv(flat, extent);
  Value *index = b.CreateSub(flat, b.CreateMul(outer, extent));
  Value *end = b.CreateAdd(index, active);
  llvm::BasicBlock *after = p.frame().block("chunk_done");
  for (unsigned segments = 1; segments <= most_segments; segments *= 2) {
    llvm::BasicBlock *fits = p.frame().block("segments");
    llvm::BasicBlock *more = p.frame().block("more");
    Value *reach = b.CreateMul(extent, p.frame().index(segments));
    b.CreateCondBr(b.CreateICmpSLE(end, reach), fits, more);
    b.SetInsertPoint(fits);
    ChunkPacker(p, target,
                segmented_chunk(p, lane, active, outer, index, segments))
        .emit();
    b.CreateBr(after);
    b.SetInsertPoint(more);
  }
  ChunkPacker(p, target, gathered_chunk(p, lane, active, flat)).emit();
  b.CreateBr(after);
  b.SetInsertPoint(after);
}

} // namespace

void pack_segments(Packer &p, const PackTarget &target) {
  emit_for(p.frame(), p.frame().index(0), target.lanes.count, p.lanes.step(),
           {}, [&](Value *lane, llvm::ArrayRef<Value *>) {
             pack_chunk(p, target, lane);
             return Values();
           });
}

} // namespace landfall
