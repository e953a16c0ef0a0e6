//===- byte_window_emitter.h - The sums of windows of bytes -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// For each item: the weights of its channels are written as words, the data
// that they read is copied, with what is outside of the image around it, then
// all is summed, then stored. Each step is done for all channels of the item
// before the next one: what has just been stored in pieces is slow to load.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/windows/byte_window_tile.h"
#include "compiler/kernels/windows/window_results.h"

namespace landfall::kernels {

/// Emits the code of items. References must outlive it.
class ByteWindowEmitter {
public:
  ByteWindowEmitter(SizeCode &sizes, const WindowProblem &problem,
                    const ByteWindows &windows, const ByteWindowTile &tile);

  /// Item `number` (i64). Unless it `is_first` (i1), the item before it is
  /// emitted before.
  void emit(llvm::Value *number, llvm::Value *is_first);

private:
  /// The part of the result that is computed: i64 values.
  struct Item {
    IndexValues outer; ///< The indices of the outer loops.
    Interval channels, rows, columns;
  };
  /// Neighbouring rows of the result: where they begin.
  struct Rows {
    llvm::Value *data, *words, *sums;
    llvm::Value *columns;
    int64_t count;
    /// The words, in all lanes, if all stay in registers.
    Values loaded;
  };

  // byte_window_emitter.cpp
  llvm::Value *index(int64_t value) { return frame_.index(value); }
  llvm::Value *times(llvm::Value *x, llvm::Value *y) {
    return b.CreateMul(x, y);
  }
  Item item_of(llvm::Value *number);
  llvm::Value *byte(llvm::Value *area, llvm::Value *offset);
  llvm::Value *word(llvm::Value *area, llvm::Value *offset);
  /// The areas of a channel of the item.
  llvm::Value *words_of(llvm::Value *channel);
  llvm::Value *data_of(llvm::Value *channel);
  llvm::Value *sums_of(llvm::Value *channel);

  // byte_window_weights.cpp
  /// An expression of the channel alone, or of a tap.
  llvm::Value *scalar(NodeId node, const IndexValues &at);
  void write_words(const Item &item);
  IndexValues at_row(IndexValues at, llvm::Value *row);
  llvm::Value *weight(const IndexValues &row, llvm::Value *tap);
  llvm::Value *write_unrolled(const IndexValues &at, llvm::Value *words);
  llvm::Value *write_in_loops(const IndexValues &at, llvm::Value *words);

  // byte_window_copy.cpp
  struct Inside {
    Interval rows, columns;
  };
  void set_position(IndexValues &at, const analysis::WindowAxis &axis,
                    llvm::Value *position);
  void fill_edges();
  void copy(const Item &item);
  Inside inside(const Item &item, const IndexValues &at);
  void copy_plane(const Item &item, const IndexValues &at, llvm::Value *to);
  void copy_rows(llvm::Value *from, llvm::Value *stride, llvm::Value *to,
                 llvm::Value *rows, llvm::Value *count);
  void move(llvm::Value *from, llvm::Value *to, llvm::Value *at, int64_t bytes);

  // byte_window_sums.cpp
  void emit_sums(const Item &item, llvm::Value *channel);
  void emit_rows(Rows rows);
  Values sum_taps(const Rows &rows, llvm::Value *column, Values sums);
  Values sum_unrolled(const Rows &rows, llvm::Value *data, llvm::Value *words,
                      Values sums);
  Values sum_in_loops(llvm::Value *data, llvm::Value *words, Values sums);
  /// The word at `words`, in all lanes.
  llvm::Value *spread(llvm::Value *words);
  /// The words of data from `data` on.
  llvm::Value *gather(llvm::Value *data);
  llvm::Value *multiply_add(llvm::Value *data, llvm::Value *weights,
                            llvm::Value *sum);

  SizeCode &sizes_;
  KernelFrame &frame_;
  llvm::IRBuilderBase &b;
  const WindowProblem &problem_;
  const ByteWindows &windows_;
  const ByteWindowTile &tile_;
  Lanes lanes_;  ///< Columns.
  Lanes scalar_; ///< One lane.
  WindowResults results_;
  llvm::Type *vector_;
  llvm::Value *words_, *data_, *sums_; ///< Areas of scratch memory.
};

} // namespace landfall::kernels
