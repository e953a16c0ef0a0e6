//===- byte_window_tile.cpp - Cutting a window sum of bytes ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/windows/byte_window_tile.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

/// Results worth a task of their own.
constexpr int64_t work_of_a_task = int64_t(1) << 15;
/// Columns of a tile are not fewer, unless the result has fewer.
constexpr int64_t fewest_columns = 64;
/// More channels together gain nothing.
constexpr int64_t most_channels = 16;
constexpr int64_t sum_bytes = 4, line_bytes = 64;

class TileCode {
public:
  TileCode(SizeCode &sizes, const WindowProblem &problem,
           const ByteWindows &windows)
      : sizes_(sizes), problem_(problem), windows_(windows), b_(sizes.b()) {}

  ByteWindowTile emit() {
    read_extents();
    cut();
    lay_out();
    share_out();
    return tile_;
  }

private:
  Value *index(int64_t value) { return sizes_.frame().index(value); }
  Value *positive(Value *x) { return larger(b_, x, index(1)); }
  Value *times(Value *x, Value *y) { return b_.CreateMul(x, y); }
  Value *data_rows(Value *rows) {
    return window_reach(sizes_, problem_.row, rows, tile_.row_taps);
  }
  Value *data_columns(Value *columns) {
    return window_reach(sizes_, problem_.column, columns, tile_.column_taps);
  }
  /// Bytes of a channel: data and sums.
  Value *bytes(Value *rows, Value *columns) {
    Value *data =
        times(tile_.outer_taps, times(data_rows(rows), data_columns(columns)));
    return b_.CreateAdd(data, times(times(rows, columns), index(sum_bytes)));
  }

  void read_extents() {
    static_cast<WindowExtents &>(tile_) = emit_window_extents(sizes_, problem_);
    tile_.row_words = ceil_div(b_, tile_.column_taps, index(windows_.steps));
  }

  /// As many whole rows as fit; else parts of one row. Tiles are of nearly
  /// equal size. As many channels as fit, if a tile is the whole result.
  void cut() {
    Value *room = index(sizes_.frame().machine.caches.l1_bytes / 2);
    Value *one = index(1);
    Value *first = bytes(one, tile_.columns);
    Value *more = positive(b_.CreateSub(bytes(index(2), tile_.columns), first));
    Value *fits = b_.CreateICmpSLE(first, room);
    Value *rest = larger(b_, b_.CreateSub(room, first), index(0));
    Value *rows = b_.CreateAdd(b_.CreateUDiv(rest, more), one);
    Value *column =
        positive(b_.CreateSub(bytes(one, index(2)), bytes(one, one)));
    Value *part =
        larger(b_, b_.CreateUDiv(room, column), index(fewest_columns));
    Value *columns =
        b_.CreateSelect(fits, tile_.columns, smaller(b_, part, tile_.columns));
    auto divide = [&](Value *extent, Value *most, Value *&tiles) {
      tiles = ceil_div(b_, extent, positive(most));
      return positive(ceil_div(b_, extent, positive(tiles)));
    };
    tile_.tile_rows = divide(tile_.rows, rows, tile_.row_tiles);
    tile_.tile_columns = divide(tile_.columns, columns, tile_.column_tiles);
    Value *channels = b_.CreateUDiv(
        room, positive(bytes(tile_.tile_rows, tile_.tile_columns)));
    tile_.group = positive(smaller(
        b_, channels, smaller(b_, tile_.channels, index(most_channels))));
  }

  void share_out() {
    tile_.groups = ceil_div(b_, tile_.channels, tile_.group);
    Value *outer = sizes_.extent(problem_.sum.space, problem_.outer_loops());
    tile_.items = times(times(outer, tile_.groups),
                        times(tile_.row_tiles, tile_.column_tiles));
    Value *work =
        times(tile_.group, times(tile_.tile_rows, tile_.tile_columns));
    tile_.task_items =
        positive(b_.CreateUDiv(index(work_of_a_task), positive(work)));
    tile_.tasks = ceil_div(b_, tile_.items, tile_.task_items);
  }

  /// Areas are longer than their contents: whole vectors reach over the end.
  void lay_out() {
    int64_t vector = int64_t(problem_.width) * sum_bytes;
    tile_.data_rows = data_rows(tile_.tile_rows);
    tile_.data_columns = data_columns(tile_.tile_columns);
    tile_.data_pitch =
        times(tile_.outer_taps, times(tile_.data_rows, tile_.data_columns));
    Value *words =
        times(times(tile_.outer_taps, tile_.row_taps), tile_.row_words);
    tile_.weights_pitch =
        round_up(b_, b_.CreateAdd(words, index(1)), index(problem_.width));
    tile_.sums_pitch = round_up(b_, times(tile_.tile_rows, tile_.tile_columns),
                                index(problem_.width));
    Value *end = index(0);
    auto place = [&](Value *bytes) {
      Value *begin = end;
      bytes = b_.CreateAdd(times(bytes, tile_.group), index(vector));
      end = b_.CreateAdd(end, round_up(b_, bytes, index(line_bytes)));
      return begin;
    };
    place(times(tile_.weights_pitch, index(sum_bytes)));
    tile_.data_at = place(tile_.data_pitch);
    tile_.sums_at = place(times(tile_.sums_pitch, index(sum_bytes)));
    tile_.scratch_bytes = end;
  }

  SizeCode &sizes_;
  const WindowProblem &problem_;
  const ByteWindows &windows_;
  llvm::IRBuilderBase &b_;
  ByteWindowTile tile_{};
};

} // namespace

ByteWindowTile emit_byte_window_tile(SizeCode &sizes,
                                     const WindowProblem &problem,
                                     const ByteWindows &windows) {
  return TileCode(sizes, problem, windows).emit();
}

} // namespace landfall::kernels
