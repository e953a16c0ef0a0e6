//===- window_tile.cpp - Cutting a window sum into tasks ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/windows/window_tile.h"

#include <cstdlib>

namespace landfall::kernels {

using llvm::Value;

namespace {

/// Multiply-adds worth a task of their own.
constexpr int64_t work_of_a_task = int64_t(1) << 18;
/// Columns of a tile are not fewer, unless the result has fewer.
constexpr int64_t fewest_columns = 64;
/// Fewer columns leave the multipliers waiting for the sums of a block.
constexpr int64_t fewest_busy = 6;

class TileCode {
public:
  TileCode(SizeCode &sizes, const WindowProblem &problem)
      : sizes_(sizes), problem_(problem), b_(sizes.b()),
        point_bytes_(int64_t(problem.width) * size_of(problem.sum.type)) {}

  WindowTile emit() {
    read_extents();
    cut();
    cut_chunks();
    lay_out();
    share_out();
    return tile_;
  }

private:
  Value *index(int64_t value) { return sizes_.frame().index(value); }
  Value *positive(Value *x) { return larger(b_, x, index(1)); }
  Value *times(Value *x, Value *y) { return b_.CreateMul(x, y); }

  void read_extents() {
    static_cast<WindowExtents &>(tile_) = emit_window_extents(sizes_, problem_);
    tile_.taps =
        times(tile_.outer_taps, times(tile_.row_taps, tile_.column_taps));
  }

  /// Whole rows of the result if all that one row reads fits; parts of one row
  /// otherwise. Tiles are of nearly equal size.
  void cut() {
    Value *room =
        index(sizes_.frame().machine.caches.l2_bytes / 4 / point_bytes_);
    auto row_points = [&](Value *columns) {
      return times(tile_.outer_taps, window_reach(sizes_, problem_.column,
                                                  columns, tile_.column_taps));
    };
    Value *one = index(1);
    Value *reach = window_reach(sizes_, problem_.row, one, tile_.row_taps);
    Value *whole = positive(row_points(tile_.columns));
    Value *fits = b_.CreateICmpSLE(times(reach, whole), room);
    Value *part = b_.CreateUDiv(room, positive(times(reach, row_points(one))));
    part = smaller(b_, larger(b_, part, index(fewest_columns)), tile_.columns);
    Value *columns = b_.CreateSelect(fits, tile_.columns, part);
    Value *rows = b_.CreateSub(b_.CreateUDiv(room, whole), reach);
    rows =
        b_.CreateUDiv(larger(b_, rows, index(0)), index(problem_.row.stride));
    rows = b_.CreateSelect(fits, b_.CreateAdd(rows, one), one);
    auto divide = [&](Value *extent, Value *most, Value *&tiles) {
      tiles = ceil_div(b_, extent, positive(most));
      return positive(ceil_div(b_, extent, positive(tiles)));
    };
    tile_.tile_rows = divide(tile_.rows, rows, tile_.row_tiles);
    tile_.tile_columns = divide(tile_.columns, columns, tile_.column_tiles);
  }

  void cut_chunks() {
    int64_t room = sizes_.frame().machine.caches.l1_bytes / 3 / point_bytes_;
    room = std::max<int64_t>(room / problem_.block, 1) * problem_.block;
    tile_.chunk_columns = smaller(b_, tile_.tile_columns, index(room));
    tile_.chunk_rows =
        smaller(b_, tile_.tile_rows,
                positive(b_.CreateUDiv(index(room), tile_.tile_columns)));
  }

  void share_out() {
    tile_.groups = ceil_div(b_, tile_.channels, index(problem_.width));
    Value *outer = sizes_.extent(problem_.sum.space, problem_.outer_loops());
    tile_.items = times(times(outer, tile_.groups),
                        times(tile_.row_tiles, tile_.column_tiles));
    Value *work = times(times(tile_.tile_rows, tile_.tile_columns),
                        times(tile_.taps, index(problem_.width)));
    tile_.task_items =
        positive(b_.CreateUDiv(index(work_of_a_task), positive(work)));
    tile_.tasks = ceil_div(b_, tile_.items, tile_.task_items);
    tile_.suits = suits();
  }

  /// Compares tenths of cycles for one row of the result in all channels.
  Value *suits() {
    if (problem_.suits_all_sizes())
      return b_.getTrue();
    // Copying in and transposing back, in each group of channels. A tile copies
    // all that its windows span, which is far more than its results if a stride
    // or a dilation is large.
    Value *points =
        times(tile_.outer_taps, times(tile_.data_rows, tile_.data_columns));
    Value *results = times(tile_.tile_rows, tile_.tile_columns);
    // Without weights, copying orders what is compared, and means are divided
    // before they are transposed.
    bool weighted = problem_.sum.has_weights();
    int64_t of_point = weighted ? 50 : 90, of_result = weighted ? 20 : 80;
    Value *copy =
        b_.CreateAdd(b_.CreateUDiv(times(points, index(of_point)), results),
                     index(of_result + problem_.width * 5 / 2));
    Value *column = b_.CreateAdd(times(tile_.taps, index(6)), copy);
    Value *here = times(times(tile_.groups, column),
                        larger(b_, tile_.columns, index(fewest_busy)));
    // Edges of rows are slow.
    Value *vector = times(tile_.taps, index(problem_.loops_cost));
    Value *along = problem_.channels_last ? tile_.channels : tile_.columns;
    Value *rows = problem_.channels_last ? tile_.columns : tile_.channels;
    Value *vectors = ceil_div(b_, along, index(problem_.width));
    int64_t edges = weighted ? 180 : problem_.column.stride == 1 ? 230 : 600;
    Value *row = b_.CreateAdd(times(vectors, vector), index(edges));
    return b_.CreateICmpSLE(here, times(rows, row));
  }

  /// Areas are longer than their contents: blocks of columns and transposed
  /// squares reach over the end.
  void lay_out() {
    int64_t width = problem_.width, block = problem_.block;
    tile_.data_rows =
        window_reach(sizes_, problem_.row, tile_.tile_rows, tile_.row_taps);
    tile_.data_columns = window_reach(sizes_, problem_.column,
                                      tile_.tile_columns, tile_.column_taps);
    Value *end = index(0);
    auto place = [&](Value *points, int64_t more) {
      Value *begin = end;
      points = b_.CreateAdd(points, index(more));
      end = b_.CreateAdd(
          end, round_up(b_, times(points, index(point_bytes_)), index(64)));
      return begin;
    };
    if (problem_.sum.has_weights())
      place(tile_.taps, width);
    tile_.data_at = place(
        times(tile_.outer_taps, times(tile_.data_rows, tile_.data_columns)),
        block * problem_.column.stride + width);
    Value *sums = times(tile_.chunk_rows, tile_.chunk_columns);
    tile_.sums_at = place(sums, block + width);
    // An odd number of vectors, so that the rows of a transposed square are in
    // different sets of the first-level cache.
    Value *vectors = b_.CreateOr(ceil_div(b_, sums, index(width)), index(1));
    tile_.pitch = times(vectors, index(width));
    tile_.turned_at = end;
    if (!problem_.channels_last)
      place(tile_.pitch, width);
    tile_.scratch_bytes = end;
  }

  SizeCode &sizes_;
  const WindowProblem &problem_;
  llvm::IRBuilderBase &b_;
  int64_t point_bytes_;
  WindowTile tile_{};
};

} // namespace

Value *window_reach(SizeCode &sizes, const analysis::WindowAxis &axis,
                    Value *loops, Value *taps) {
  llvm::IRBuilderBase &b = sizes.b();
  Value *one = sizes.frame().index(1);
  auto span = [&](Value *count, int64_t step) {
    return b.CreateMul(larger(b, b.CreateSub(count, one), b.getInt64(0)),
                       sizes.frame().index(step));
  };
  return b.CreateAdd(b.CreateAdd(span(loops, axis.stride),
                                 span(taps, std::abs(axis.dilation))),
                     one);
}

WindowExtents emit_window_extents(SizeCode &sizes,
                                  const WindowProblem &problem) {
  auto extent = [&](const std::vector<uint32_t> &variables) {
    return sizes.extent(problem.sum.space, variables);
  };
  Value *one = sizes.frame().index(1);
  auto loop = [&](const analysis::WindowAxis &axis) {
    return axis.loop ? extent({*axis.loop}) : one;
  };
  auto tap = [&](const analysis::WindowAxis &axis) {
    return axis.tap ? extent({problem.sum.taps[*axis.tap]}) : one;
  };
  WindowExtents extents{};
  extents.channels = extent({problem.sum.channel});
  extents.rows = loop(problem.row);
  extents.columns = loop(problem.column);
  extents.outer_taps = extent(problem.outer_taps());
  extents.row_taps = tap(problem.row);
  extents.column_taps = tap(problem.column);
  return extents;
}

WindowTile emit_window_tile(SizeCode &sizes, const WindowProblem &problem) {
  return TileCode(sizes, problem).emit();
}

} // namespace landfall::kernels
