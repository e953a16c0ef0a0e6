//===- panel_nest_rows.cpp - The rows that blocks with panels read --------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/block_unpack.h"
#include "compiler/kernels/contraction/matrix_tile.h"
#include "compiler/kernels/contraction/panel_nest.h"
#include "compiler/kernels/contraction/panel_tile.h"
#include "compiler/kernels/frame/loop_builder.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

constexpr int64_t page_bytes = 4096;
/// With so few points, packing a row takes a tenth of the time of its products,
/// or more.
constexpr int64_t few_points = 256;

} // namespace

/// Rows of reals that lie in memory as blocks read them: to pack them takes as
/// long as to multiply them with twenty points.
std::optional<RowsInPlace> PanelNest::reals_in_place() {
  const PackSide &side = problem_.other();
  if (problem_.turned || !problem_.panels ||
      !side.is_plain(frame().kernel, problem_.base.type))
    return std::nullopt;
  const analysis::FactorLoad &load = side.factor.loads[0];
  Value *step = sizes_.value(side.row_step(load.offset));
  Value *first = b().CreateAdd(rows_packer_->bases[0].offset,
                               b().CreateMul(step, rows_.begin));
  // Rows that are pages apart are in the same few places of a cache: with many
  // points, they would be read from beyond it again and again.
  Value *apart = b().CreateICmpNE(
      b().CreateURem(step, index(page_bytes / size_of(problem_.base.type))),
      index(0));
  Value *holds = b().CreateOr(
      apart, b().CreateICmpSLE(cut_.task_points, index(few_points)));
  return RowsInPlace{
      holds, at(frame().operands[frame().kernel.nodes[load.node].index], first),
      step};
}

/// Blocks read whole rows: those of a last block that is not full are packed,
/// as nothing may be read behind the operand.
void PanelNest::find_rows_in_place() {
  packed_from_ = index(0);
  in_place_ = words_ ? words_->rows_in_place() : reals_in_place();
  if (!in_place_)
    return;
  Value *last = last_rows();
  Value *is_full =
      b().CreateICmpEQ(rows_in_vain(b(), heights(), last), index(0));
  Value *whole =
      b().CreateSub(rows_.count, b().CreateSelect(is_full, index(0), last));
  packed_from_ = b().CreateSelect(in_place_->holds, whole, index(0));
  if (words_)
    words_->skip_rows(packed_from_);
}

/// Where a block finds its rows.
void PanelNest::set_rows(PanelTileArguments &tile, const Run &run, Value *row) {
  Value *from_packed = b().CreateSub(row, packed_from_);
  tile.row_stride = cut_.row_stride;
  tile.rows = at(frame().scratch, b().CreateMul(from_packed, cut_.row_stride));
  if (!in_place_)
    return;
  Value *is_packed = b().CreateICmpSGE(from_packed, index(0));
  Value *there =
      at(in_place_->address,
         b().CreateAdd(b().CreateMul(row, in_place_->stride), run.k.begin));
  tile.rows = b().CreateSelect(is_packed, tile.rows, there);
  tile.row_stride =
      b().CreateSelect(is_packed, cut_.row_stride, in_place_->stride);
}

void PanelNest::pack(const Run &run) {
  if (unpacker_)
    emit_unpacked(*unpacker_, run.k, points_, batch_,
                  {packed_panels(), problem_.width(), cut_.panel_stride});
  if (words_)
    return words_->pack(run);
  if (problem_.turned)
    return rows_packer_->pack({run.k, rows_, frame().scratch, cut_.k_stride});
  Interval rows{b().CreateAdd(rows_.begin, packed_from_),
                b().CreateSub(rows_.count, packed_from_)};
  PackTarget target{rows, run.k, frame().scratch, index(problem_.row_stride())};
  rows_packer_->pack(target);
  rows_packer_->clear_rest(target, rows_in_vain(b(), heights(), last_rows()));
}

/// The heights of blocks that rows may need.
llvm::SmallVector<unsigned, 5> PanelNest::heights() const {
  // Images have many lanes.
  if (problem_.windows || needs_tiles())
    return {shape().matrix_tiles ? unsigned(tile_edge) : 4u, shape().m};
  int64_t most = problem_.known_rows().value_or(shape().m);
  llvm::SmallVector<unsigned, 5> result;
  for (unsigned height : {1u, 4u, 8u, 16u}) {
    bool is_skipped = height > most_rows_without_tiles() && height < tile_edge;
    if (!is_skipped && height < shape().m &&
        (result.empty() || result.back() < most))
      result.push_back(height);
  }
  if (result.back() < most)
    result.push_back(shape().m);
  return result;
}

/// The height of the next block. A few rows beyond a whole block would make one
/// with too few sums to hide the latency of their additions: then two blocks
/// are equally high.
Value *PanelNest::next_height(Value *left) {
  unsigned highest = shape().m, half = 1;
  for (unsigned height : heights())
    if (height < highest)
      half = height;
  Value *few = b().CreateAnd(b().CreateICmpSGT(left, index(highest)),
                             b().CreateICmpSLE(left, index(2 * half)));
  return smaller(b(), left, b().CreateSelect(few, index(half), index(highest)));
}

/// The rows of the task's last block; 0: it is as high as others.
Value *PanelNest::last_rows() {
  Value *highest = index(shape().m);
  Value *last = b().CreateURem(rows_.count, highest);
  Value *two = b().CreateAdd(last, highest);
  Value *first = next_height(two);
  Value *is_split = b().CreateAnd(b().CreateICmpSGT(rows_.count, highest),
                                  b().CreateICmpNE(first, highest));
  return b().CreateSelect(is_split, b().CreateSub(two, first), last);
}

/// Executes `body` for parts of some rows, of which there is one at least:
/// `height` is that of the next one.
void PanelNest::for_rows(const Interval &rows,
                         const std::function<Value *(Value *left)> &height,
                         const std::function<void(const Interval &)> &body) {
  Value *end = b().CreateAdd(rows.begin, rows.count);
  emit_while(frame(), {rows.begin}, [&](llvm::ArrayRef<Value *> carried) {
    Interval part{carried[0], height(b().CreateSub(end, carried[0]))};
    body(part);
    Value *next = b().CreateAdd(part.begin, part.count);
    return Values{b().CreateICmpSLT(next, end), next};
  });
}

void PanelNest::for_blocks(const Interval &rows,
                           const std::function<void(const Interval &)> &body) {
  for_rows(rows, [&](Value *left) { return next_height(left); }, body);
}

} // namespace landfall::kernels
