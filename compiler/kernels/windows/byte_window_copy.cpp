//===- byte_window_copy.cpp - Data and what is outside of the image -------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/frame/shared_function.h"
#include "compiler/kernels/windows/byte_window_emitter.h"
#include "compiler/kernels/windows/window_tile.h"

namespace landfall::kernels {

using analysis::WindowAxis;
using llvm::Value;

namespace {

/// The bytes that are moved at once, the most first.
constexpr int64_t widest_move = 64, narrowest_move = 2;

} // namespace

void ByteWindowEmitter::set_position(IndexValues &at, const WindowAxis &axis,
                                     Value *position) {
  if (axis.loop || axis.tap)
    at[problem_.position_variable(axis)] =
        times(position, index(problem_.position_scale(axis)));
}

/// All that may be outside of the image.
void ByteWindowEmitter::fill_edges() {
  Value *outside = b.CreateXor(scalar(windows_.outside, IndexValues()),
                               b.getInt8(uint8_t(windows_.flip())));
  Value *line = b.CreateVectorSplat(unsigned(widest_move), outside);
  emit_for(frame_, index(0), times(tile_.data_pitch, tile_.group),
           index(widest_move), {}, [&](Value *at, llvm::ArrayRef<Value *>) {
             b.CreateAlignedStore(line, byte(data_, at), llvm::Align(1));
             return Values();
           });
}

void ByteWindowEmitter::copy(const Item &item) {
  // Without taps, nothing says that there are elements at these positions.
  Value *taps =
      times(tile_.outer_taps, times(tile_.row_taps, tile_.column_taps));
  Value *outer_taps = b.CreateSelect(b.CreateICmpEQ(taps, index(0)), index(0),
                                     tile_.outer_taps);
  Value *plane = times(tile_.data_rows, tile_.data_columns);
  emit_for(frame_, index(0), outer_taps, [&](Value *tap) {
    IndexValues at = item.outer;
    split_index(sizes_, problem_.sum.space, problem_.outer_taps(), tap, at);
    copy_plane(item, at, byte(data_, times(tap, plane)));
  });
}

/// The rows and columns of the item's data, counted from the first position of
/// each in `at`, that are inside the image. Guards bound rows or columns, or
/// are the same for all.
ByteWindowEmitter::Inside ByteWindowEmitter::inside(const Item &item,
                                                    const IndexValues &at) {
  const WindowAxis &row = problem_.row, &column = problem_.column;
  Value *low[2] = {index(0), index(0)};
  Value *high[2] = {
      window_reach(sizes_, row, item.rows.count, tile_.row_taps),
      window_reach(sizes_, column, item.columns.count, tile_.column_taps)};
  auto step = [&](const analysis::Affine &form, const WindowAxis &axis) {
    return axis.loop || axis.tap ? *problem_.step(form, axis).constant() : 0;
  };
  if (windows_.load.guarded)
    for (const analysis::Affine &form : *windows_.load.conditions) {
      // Holds at position x if value + step * x >= 0.
      Value *value = sizes_.add_terms(sizes_.value(form.constant), form, at);
      int64_t along_row = step(form, row), along_column = step(form, column);
      size_t axis = along_row ? 0 : 1;
      int64_t moves = along_row ? along_row : along_column;
      if (moves > 0)
        low[axis] = larger(b, low[axis], b.CreateNeg(value));
      else if (moves < 0)
        high[axis] = smaller(b, high[axis], b.CreateAdd(value, index(1)));
      else
        high[axis] = b.CreateSelect(b.CreateICmpSGE(value, index(0)),
                                    high[axis], index(0));
    }
  return {{low[0], b.CreateSub(high[0], low[0])},
          {low[1], b.CreateSub(high[1], low[1])}};
}

/// What of the data is inside the image, of all channels.
void ByteWindowEmitter::copy_plane(const Item &item, const IndexValues &outer,
                                   Value *to) {
  const WindowAxis &row = problem_.row, &column = problem_.column;
  Value *first_row = times(item.rows.begin, index(row.stride));
  Value *first_column = times(item.columns.begin, index(column.stride));
  IndexValues at = outer;
  set_position(at, row, first_row);
  set_position(at, column, first_column);
  Inside part = inside(item, at);
  set_position(at, row, b.CreateAdd(first_row, part.rows.begin));
  set_position(at, column, b.CreateAdd(first_column, part.columns.begin));
  const analysis::Affine &offset = windows_.load.offset;
  Value *stride =
      row.loop || row.tap ? sizes_.value(problem_.step(offset, row)) : index(0);
  Value *operand =
      frame_.operands[frame_.kernel.nodes[windows_.load.node].index];
  Value *target =
      byte(to, b.CreateAdd(times(part.rows.begin, tile_.data_columns),
                           part.columns.begin));
  emit_for(frame_, index(0), item.channels.count, [&](Value *channel) {
    IndexValues here = at;
    here[problem_.sum.channel] = b.CreateAdd(item.channels.begin, channel);
    Value *from = sizes_.add_terms(sizes_.value(offset.constant), offset, here);
    copy_rows(byte(operand, from), stride,
              byte(target, times(channel, tile_.data_pitch)), part.rows.count,
              part.columns.count);
  });
}

/// `count` bytes of each row; nothing if there are none.
void ByteWindowEmitter::copy_rows(Value *from, Value *stride, Value *to,
                                  Value *rows, Value *count) {
  std::string symbol = windows_.flip() ? "copy_rows_flipped" : "copy_rows";
  call_shared(
      frame_, symbol, {from, stride, to, tile_.data_columns, rows, count},
      [&](llvm::ArrayRef<Value *> v) {
        auto each_row = [&](auto &&body) {
          emit_for(frame_, index(0), v[4], [&](Value *row) {
            body(byte(v[0], times(row, v[1])), byte(v[2], times(row, v[3])));
          });
        };
        // Pieces that overlap: all bytes are read before any is written but
        // where pieces follow each other, and nothing beyond them is touched.
        auto pieces = [&](auto &self, int64_t bytes) -> void {
          emit_if(
              frame_, b.CreateICmpSGE(v[5], index(bytes)),
              [&]() -> Values {
                Value *last = b.CreateSub(v[5], index(bytes));
                each_row([&](Value *row, Value *target) {
                  emit_for(frame_, index(0), last, index(bytes), {},
                           [&](Value *at, llvm::ArrayRef<Value *>) {
                             move(row, target, at, bytes);
                             return Values();
                           });
                  move(row, target, last, bytes);
                });
                return {};
              },
              [&]() -> Values {
                if (bytes > narrowest_move)
                  self(self, bytes / 2);
                else
                  each_row([&](Value *row, Value *target) {
                    emit_for(frame_, index(0), v[5],
                             [&](Value *at) { move(row, target, at, 1); });
                  });
                return {};
              });
        };
        pieces(pieces, widest_move);
      });
}

void ByteWindowEmitter::move(Value *from, Value *to, Value *at, int64_t bytes) {
  llvm::Type *type = llvm::FixedVectorType::get(b.getInt8Ty(), unsigned(bytes));
  llvm::Align align(1);
  Value *moved = b.CreateAlignedLoad(type, byte(from, at), align);
  if (windows_.flip())
    moved = b.CreateXor(
        moved, llvm::ConstantInt::get(type, uint64_t(windows_.flip())));
  b.CreateAlignedStore(moved, byte(to, at), align);
}

} // namespace landfall::kernels
