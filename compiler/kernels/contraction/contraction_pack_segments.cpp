//===- contraction_pack_segments.cpp - Packing under guards ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Packs every side. Guards are evaluated once for each run of rows
// (RowWalk::Run), in which they do not change; in the loop over the run only
// the offsets change.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_segments.h"
#include "compiler/kernels/frame/loop_builder.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

/// A vector of more segments is gathered.
constexpr unsigned most_segments = 4;

/// Whether the load's offset changes from row to row of a run.
bool moves(Packer &p, size_t load) {
  return !p.walk.stream_coefficient(p.loads()[load].offset).is_zero();
}

/// Packs one vector of lanes, `lane` counted from the target's first.
void pack_lanes(Packer &p, const PackTarget &target, const LaneChunk &chunk,
                Value *lane, const RowWalk::Run &run) {
  llvm::IRBuilderBase &b = p.b();
  SegmentReader reader(p, chunk);
  FactorCode outer(p.lanes, p.side.factor);
  llvm::SmallVector<OpenLoad, 4> opened;
  for (size_t l = 0; l < p.loads().size(); ++l) {
    opened.push_back(reader.open(l, run.indices));
    if (!moves(p, l))
      outer.set(p.loads()[l].node,
                reader.read(l, opened[l], p.frame().index(0), outer));
  }
  Value *first = b.CreateSub(run.first, target.rows.begin);
  emit_for(p.frame(), run.begin, run.end, [&](Value *position) {
    FactorCode code = outer;
    for (size_t l = 0; l < p.loads().size(); ++l) {
      if (!moves(p, l))
        continue;
      analysis::SizePolynomial step =
          p.walk.stream_coefficient(p.loads()[l].offset);
      Value *moved = b.CreateMul(position, p.sizes.value(step));
      code.set(p.loads()[l].node, reader.read(l, opened[l], moved, code));
    }
    Value *row = b.CreateAdd(first, b.CreateMul(position, run.step));
    p.store(target, code, row, lane);
  });
}

void pack_lanes(Packer &p, const PackTarget &target, const LaneChunk &chunk,
                Value *lane) {
  p.walk.emit(p.sizes, target.rows, [&](const RowWalk::Run &run) {
    pack_lanes(p, target, chunk, lane, run);
  });
}

/// The vector's lanes in `segments` segments. At lane 0, the innermost lane
/// loop is at `index`, the flattened outer ones at `outer`.
LaneChunk segmented_chunk(Packer &p, Value *active, Value *outer, Value *index,
                          unsigned segments) {
  llvm::IRBuilderBase &b = p.b();
  std::vector<analysis::LoopSpan> others = p.side.lanes;
  LaneChunk chunk;
  if (others.empty()) {
    chunk.segments.push_back(
        {lanes_between(p, p.frame().index(0), active), IndexValues()});
    return chunk;
  }
  analysis::LoopSpan inner = others.back();
  others.pop_back();
  Value *extent = p.sizes.value(inner.extent);
  for (unsigned s = 0; s < segments; ++s) {
    Segment segment;
    // The innermost loop has started again s times before this segment.
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

LaneChunk gathered_chunk(Packer &p, Value *active, Value *flat) {
  llvm::IRBuilderBase &b = p.b();
  unsigned width = p.lanes.fixed_width();
  Segment segment;
  segment.mask = lanes_between(p, p.frame().index(0), active);
  Value *numbers =
      b.CreateAdd(b.CreateVectorSplat(width, flat), p.lanes.lane_numbers(64));
  for (size_t s = p.side.lanes.size(); s-- > 0;) {
    const analysis::LoopSpan &span = p.side.lanes[s];
    if (s == 0) {
      segment.indices[span.variable] = numbers;
      break;
    }
    Value *extent = b.CreateVectorSplat(width, p.sizes.value(span.extent));
    segment.indices[span.variable] = b.CreateURem(numbers, extent);
    numbers = b.CreateUDiv(numbers, extent);
  }
  return {true, {segment}};
}

/// Packs the vector at `lane`, by the number of its segments at run time.
void pack_chunk(Packer &p, const PackTarget &target, Value *lane) {
  llvm::IRBuilderBase &b = p.b();
  Value *active =
      smaller(b, p.lanes.step(), b.CreateSub(target.lanes.count, lane));
  Value *flat = b.CreateAdd(target.lanes.begin, lane);
  Value *zero = p.frame().index(0);
  if (p.side.lanes.size() <= 1) {
    pack_lanes(p, target, segmented_chunk(p, active, zero, flat, 1), lane);
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
    pack_lanes(p, target, segmented_chunk(p, active, outer, index, segments),
               lane);
    b.CreateBr(after);
    b.SetInsertPoint(more);
  }
  pack_lanes(p, target, gathered_chunk(p, active, flat), lane);
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

} // namespace landfall::kernels
