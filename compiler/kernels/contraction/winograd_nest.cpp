//===- winograd_nest.cpp - The loops of Winograd's convolutions -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/winograd_nest.h"
#include "compiler/kernels/contraction/panel_tile.h"
#include "compiler/kernels/contraction/window_copy.h"

namespace landfall::kernels {

using llvm::Value;

WinogradNest::WinogradNest(SizeCode &sizes, const WinogradProblem &problem,
                           const WinogradCut &cut)
    : sizes_(sizes), problem_(problem), cut_(cut),
      lanes_(sizes.frame(), problem.base.shape.width),
      image_(sizes, lanes_, problem.side().copy, problem.base.type),
      padded_(sizes, problem.side()),
      epilogue_(sizes, lanes_, problem.base.roles) {
  if (!problem.panels())
    weights_packer_.emplace(sizes, lanes_, problem.weights_by_k,
                            problem.base.type);
  copy_ = frame().scratch;
  values_ = memory(cut.values_at);
  windows_ = memory(cut.windows_at);
  sums_ = memory(cut.sums_at);
  results_ = memory(cut.results_at);
  check_ = at(results_, index(winograd_results * winograd_line(shape())));
  turned_ = memory(cut.turned_at);
}

Value *WinogradNest::at(Value *pointer, Value *offset) {
  return element(b(), lanes_.scalar_type(problem_.base.type), pointer, offset);
}

Value *WinogradNest::memory(Value *bytes) {
  return element(b(), b().getInt8Ty(), frame().scratch, bytes);
}

void WinogradNest::emit(Value *number) {
  split(number);
  pack_weights();
  emit_for(frame(), index(0), rows_.count,
           [&](Value *row) { transform_row(row_at(row)); });
  Value *n = index(shape().n());
  emit_for(
      frame(), index(0), points_.count, n, {},
      [&](Value *first, llvm::ArrayRef<Value *>) {
        Group group{
            first, smaller(b(), n, b().CreateSub(points_.count, first)), {}};
        for (unsigned v = 0; v < shape().vectors; ++v)
          group.weights.push_back(weights(b().CreateAdd(first, vector_at(v))));
        emit_group(group);
        return Values();
      });
}

/// Task numbers count along the columns first, then along the rows, the points
/// and the groups.
void WinogradNest::split(Value *number) {
  auto next = [&](Value *parts, Value *most, Value *extent) {
    return take_part(b(), number, parts, most, extent);
  };
  columns_ = next(cut_.column_tasks, cut_.task_columns, cut_.columns);
  rows_ = next(cut_.row_tasks, cut_.task_rows, cut_.rows);
  points_ = next(cut_.point_tasks, cut_.task_points, cut_.points);
  squares_ = b().CreateMul(rows_.count, columns_.count);
  first_image_ = b().CreateUDiv(rows_.begin, cut_.image_rows);
  split_index(sizes_, problem_.base.roles.space, problem_.group_loops, number,
              groups_);
}

//===--- Weights ----------------------------------------------------------===//

void WinogradNest::pack_weights() {
  const analysis::FactorLoad &load = problem_.weights();
  if (!weights_packer_) {
    Value *base = sizes_.add_terms(sizes_.value(load.offset.constant),
                                   load.offset, groups_);
    weights_ =
        at(frame().operands[frame().kernel.nodes[load.node].index], base);
    return;
  }
  weights_ = memory(cut_.weights_at);
  weights_packer_->begin(groups_);
  Value *steps = b().CreateMul(cut_.channels, index(winograd_taps));
  weights_packer_->pack(
      {{index(0), steps}, points_, weights_, cut_.weights_stride});
}

/// Where the first step of K has a vector of weights, from a point of the task
/// on; of the last vector if there is none.
Value *WinogradNest::weights(Value *point) {
  Value *width = index(shape().width);
  Value *last = b().CreateSub(round_up(b(), points_.count, width), width);
  point = smaller(b(), point, last);
  if (weights_packer_)
    return at(weights_, point);
  const analysis::Panels &panels = *problem_.panels();
  Value *panel_width = index(panels.width);
  point = b().CreateAdd(points_.begin, point);
  Value *panel = b().CreateUDiv(point, panel_width);
  Value *lane = b().CreateURem(point, panel_width);
  return at(
      weights_,
      b().CreateAdd(b().CreateMul(panel, sizes_.value(panels.stride)), lane));
}

//===--- Squares ----------------------------------------------------------===//

WinogradNest::Row WinogradNest::row_at(Value *number) {
  Row row;
  row.number = number;
  Value *all = b().CreateAdd(rows_.begin, number);
  row.image = b().CreateUDiv(all, cut_.image_rows);
  row.in_image = b().CreateSub(all, b().CreateMul(row.image, cut_.image_rows));
  // Rows of an image share lines, those of different images do not.
  Value *pairs = b().CreateAdd(number, b().CreateSub(row.image, first_image_));
  Value *line = b().CreateMul(pairs, index(winograd_results));
  row.lines = at(copy_, b().CreateMul(line, cut_.line_stride));
  Value *point = b().CreateUDiv(row.image, cut_.outer);
  row.outer = b().CreateSub(row.image, b().CreateMul(point, cut_.outer));
  row.batch = groups_;
  split_index(sizes_, problem_.base.roles.space, problem_.image_loops, point,
              row.batch);
  return row;
}

void WinogradNest::transform_row(const Row &row) {
  Value *starts = b().CreateOr(b().CreateICmpEQ(row.number, index(0)),
                               b().CreateICmpEQ(row.in_image, index(0)));
  IndexValues indices = row.batch;
  problem_.side().add_taps(sizes_, problem_.base.roles.space, indices);
  image_.begin(indices);
  emit_for(frame(), b().CreateSelect(starts, index(0), index(winograd_results)),
           index(2 * winograd_results),
           [&](Value *line) { copy_line(row, line); });
  WinogradImage image;
  image.lines = row.lines;
  image.line_stride = cut_.line_stride;
  image.channel_stride = cut_.channel_stride;
  image.channels = cut_.channels;
  image.squares = columns_.count;
  image.values = at(values_, b().CreateMul(row.number, columns_.count));
  image.values_stride = cut_.values_stride;
  image.place_stride = cut_.place_stride;
  transform_squares(frame(), shape(), image);
}

/// Copies a line of the row for all channels. Elements behind the image's last,
/// which only results that do not exist depend on, are zeros.
void WinogradNest::copy_line(const Row &row, Value *line) {
  Value *target = at(row.lines, b().CreateMul(line, cut_.line_stride));
  Value *number =
      b().CreateAdd(b().CreateMul(row.in_image, index(winograd_results)), line);
  size_t axes = problem_.side().axes.size();
  Value *lines = sizes_.value(problem_.side().padded(axes - 2));
  Value *columns = sizes_.value(problem_.side().padded(axes - 1));
  Value *first = b().CreateMul(columns_.begin, index(winograd_results));
  Value *read = b().CreateMul(b().CreateAdd(columns_.count, index(1)),
                              index(winograd_results));
  emit_if(
      frame(), b().CreateICmpSLT(number, lines),
      [&] {
        Value *count = smaller(b(), read, b().CreateSub(columns, first));
        Value *all = b().CreateAdd(b().CreateMul(row.outer, lines), number);
        Value *begin = b().CreateAdd(b().CreateMul(all, columns), first);
        copy_windows(image_, problem_.side(),
                     {{index(0), cut_.channels},
                      {begin, count},
                      target,
                      cut_.channel_stride});
        clear(target, count, b().CreateAdd(count, index(1)));
        return Values();
      },
      [&] {
        clear(target, index(0), read);
        return Values();
      });
}

/// Writes zeros, in whole vectors, to a line of all channels.
void WinogradNest::clear(Value *line, Value *from, Value *to) {
  Value *zeros =
      llvm::Constant::getNullValue(lanes_.vector_type(problem_.base.type));
  llvm::Align align(uint64_t(size_of(problem_.base.type)));
  emit_for(frame(), index(0), cut_.channels, [&](Value *channel) {
    Value *target = at(line, b().CreateMul(channel, cut_.channel_stride));
    emit_for(frame(), from, to, index(shape().width), {},
             [&](Value *column, llvm::ArrayRef<Value *>) {
               b().CreateAlignedStore(zeros, at(target, column), align);
               return Values();
             });
  });
}

//===--- Products ---------------------------------------------------------===//

void WinogradNest::emit_group(const Group &group) {
  for_runs(frame(), cut_.channels, cut_.run_channels, cut_.runs,
           [&](const Run &run) {
             Value *steps = b().CreateMul(run.k.begin, index(winograd_taps));
             Value *begin = b().CreateMul(steps, cut_.weights_stride);
             for (unsigned v = 0; v < shape().vectors; ++v)
               transform_windows(frame(), shape(),
                                 {at(group.weights[v], begin),
                                  cut_.weights_stride, run.k.count,
                                  at(windows_, vector_at(v)),
                                  cut_.windows_stride});
             add_run(run);
           });
  emit_for(frame(), index(0), rows_.count, [&](Value *number) {
    Row row = row_at(number);
    Value *most = index(winograd_chunk);
    emit_for(frame(), index(0), columns_.count, most, {},
             [&](Value *first, llvm::ArrayRef<Value *>) {
               Value *left = b().CreateSub(columns_.count, first);
               emit_results(group, {row, {first, smaller(b(), most, left)}});
               return Values();
             });
  });
}

void WinogradNest::add_run(const Run &run) {
  emit_for(frame(), index(0), index(winograd_places), [&](Value *place) {
    auto of_place = [&](Value *pointer, Value *stride) {
      return at(pointer, b().CreateMul(place, stride));
    };
    Value *values = of_place(values_, cut_.place_stride);
    Product product;
    product.rows = at(values, b().CreateMul(run.k.begin, cut_.values_stride));
    product.k_stride = cut_.values_stride;
    product.windows = of_place(windows_, cut_.windows_stride);
    product.k = run.k.count;
    product.sums = of_place(sums_, cut_.sums_stride);
    product.continues = run.continues;
    multiply(product, squares_);
  });
}

/// Adds the products of rows, which lie side by side, and windows to sums.
void WinogradNest::multiply(const Product &product, Value *rows) {
  emit_for(frame(), index(0), rows, index(shape().m), {},
           [&](Value *row, llvm::ArrayRef<Value *>) {
             PanelTileArguments tile{};
             tile.rows = at(product.rows, row);
             tile.row_stride = index(1);
             tile.k_stride = product.k_stride;
             tile.panels = product.windows;
             tile.panel_stride = b().CreateMul(product.k, index(shape().n()));
             tile.k = product.k;
             tile.sums =
                 at(product.sums, b().CreateMul(row, index(shape().n())));
             tile.sums_stride = index(shape().n());
             tile.continues = product.continues;
             constexpr unsigned few = 4;
             llvm::SmallVector<unsigned, 2> heights = {shape().m};
             if (few < shape().m)
               heights.insert(heights.begin(), few);
             Value *left = b().CreateSub(rows, row);
             set_share_ahead(b(), shape(), int64_t(shape().n()),
                             {row, smaller(b(), left, index(shape().m))}, rows,
                             tile);
             for_height(frame(), heights, left, [&](unsigned height) {
               call_panel_tile(frame(), shape(), {height, shape().vectors},
                               int64_t(shape().n()), tile);
             });
             return Values();
           });
}

//===--- Results ----------------------------------------------------------===//

void WinogradNest::emit_results(const Group &group, const Chunk &chunk) {
  Value *square = b().CreateAdd(b().CreateMul(chunk.row.number, columns_.count),
                                chunk.squares.begin);
  Value *line_stride = index(winograd_line(shape()));
  transform_sums(frame(), shape(),
                 {at(sums_, b().CreateMul(square, index(shape().n()))),
                  cut_.sums_stride, chunk.squares.count, results_, line_stride,
                  check_});
  emit_if(frame(), is_lost(group), [&] { sum_taps(group, chunk); });
  emit_for(frame(), index(0), index(winograd_results),
           [&](Value *line) { store(group, chunk, line); });
}

/// i1: whether results of the group's points may be wrong.
Value *WinogradNest::is_lost(const Group &group) {
  llvm::Type *type = lanes_.vector_type(problem_.base.type);
  Value *lost = b().getFalse();
  for (unsigned v = 0; v < shape().vectors; ++v) {
    Value *check = b().CreateAlignedLoad(
        type, at(check_, vector_at(v)),
        llvm::Align(uint64_t(size_of(problem_.base.type))));
    Value *wrong = b().CreateFCmpUNE(check, llvm::Constant::getNullValue(type));
    // Lanes behind the last point are anything.
    lanes_.set_active(smaller(
        b(), larger(b(), b().CreateSub(group.count, vector_at(v)), index(0)),
        index(shape().width)));
    wrong = b().CreateAnd(wrong, lanes_.active_mask());
    lanes_.set_active(nullptr);
    lost = b().CreateOr(lost, b().CreateOrReduce(wrong));
  }
  return lost;
}

/// Computes the chunk's results as sums of products of all taps.
void WinogradNest::sum_taps(const Group &group, const Chunk &chunk) {
  llvm::Type *type = lanes_.vector_type(problem_.base.type);
  llvm::Align align(uint64_t(size_of(problem_.base.type)));
  Value *n = index(shape().n());
  emit_for(frame(), index(0), index(winograd_taps), [&](Value *tap) {
    emit_for(frame(), index(0), cut_.channels, [&](Value *channel) {
      Value *step =
          b().CreateAdd(b().CreateMul(channel, index(winograd_taps)), tap);
      Value *from = b().CreateMul(step, cut_.weights_stride);
      Value *to = at(windows_, b().CreateMul(channel, n));
      for (unsigned v = 0; v < shape().vectors; ++v)
        b().CreateAlignedStore(
            b().CreateAlignedLoad(type, at(group.weights[v], from), align),
            at(to, vector_at(v)), align);
    });
    Value *row = b().CreateUDiv(tap, index(winograd_edge));
    Value *column = b().CreateURem(tap, index(winograd_edge));
    Value *left = b().CreateMul(chunk.squares.begin, index(winograd_results));
    emit_for(frame(), index(0), index(winograd_results), [&](Value *line) {
      Value *lane = b().CreateAdd(
          b().CreateMul(b().CreateAdd(line, row), cut_.line_stride),
          b().CreateAdd(left, column));
      Value *sums_at = b().CreateMul(line, index(winograd_line(shape())));
      multiply({at(chunk.row.lines, lane), cut_.channel_stride, windows_,
                cut_.channels, at(results_, sums_at),
                b().CreateICmpNE(tap, index(0))},
               b().CreateMul(chunk.squares.count, index(winograd_results)));
    });
  });
}

/// Stores line 0 or 1 of the chunk's results.
void WinogradNest::store(const Group &group, const Chunk &chunk, Value *line) {
  Value *two = index(winograd_results);
  Value *y = b().CreateAdd(b().CreateMul(chunk.row.in_image, two), line);
  Value *x =
      b().CreateMul(b().CreateAdd(columns_.begin, chunk.squares.begin), two);
  Value *columns = smaller(b(), b().CreateMul(chunk.squares.count, two),
                           b().CreateSub(cut_.width, x));
  emit_if(frame(), b().CreateICmpSLT(y, cut_.height), [&] {
    Value *from = b().CreateMul(line, index(winograd_line(shape())));
    turn_results(frame(), shape(), at(results_, from), columns, turned_);
    Value *first = b().CreateAdd(
        b().CreateMul(
            b().CreateAdd(b().CreateMul(chunk.row.outer, cut_.height), y),
            cut_.width),
        x);
    epilogue_.emit({turned_,
                    index(winograd_turned_stride(shape())),
                    {b().CreateAdd(points_.begin, group.first), group.count},
                    {first, columns}},
                   chunk.row.batch);
  });
}

} // namespace landfall::kernels
