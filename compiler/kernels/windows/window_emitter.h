//===- window_emitter.h - The sums of one tile of windows ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Lanes are the channels of a group. The data of a tile and the weights are
// copied to scratch memory with the channels innermost, guards and conversions
// applied; so the sums of a block of columns are in registers, and each step is
// one vector of weights times a vector of data for each column, without masks
// and at aligned addresses, whatever the window and the image. The sums are
// transposed back if the channels are not innermost in the result.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/windows/window_join.h"
#include "compiler/kernels/windows/window_results.h"
#include "compiler/kernels/windows/window_tile.h"

namespace landfall::kernels {

/// Emits the code of items. References must outlive it.
class WindowEmitter {
public:
  WindowEmitter(SizeCode &sizes, const WindowProblem &problem,
                const WindowTile &tile);

  /// Item `number` (i64). Unless it `is_first` (i1), the item before it is
  /// emitted before.
  void emit(llvm::Value *number, llvm::Value *is_first);

private:
  /// The part of the result that is computed: i64 values.
  struct Item {
    IndexValues outer;               ///< The indices of the outer loops.
    llvm::Value *channel, *channels; ///< First, count; at most one a lane.
    llvm::Value *row, *rows;
    llvm::Value *column, *columns;
  };
  /// Elements of a factor along one variable, which are read with consecutive
  /// indices in the lanes and then transposed.
  struct Strip {
    const analysis::WindowFactor &factor;
    IndexValues at;    ///< All other indices.
    uint32_t variable; ///< Moves by `scale` from element to element.
    int64_t scale;
    llvm::Value *first;       ///< The element at `begin` 0.
    llvm::Value *begin, *end; ///< Which are read, all unguarded.
    llvm::Value *target;      ///< Of element 0.
    bool is_row;              ///< A row of the data; the next one follows.
  };

  // window_emitter.cpp
  Item item_of(llvm::Value *number);
  llvm::Value *index(int64_t value) { return frame_.index(value); }
  llvm::Value *times(llvm::Value *x, llvm::Value *y) {
    return b.CreateMul(x, y);
  }
  /// The address of point number `point` of an area.
  llvm::Value *point(llvm::Value *area, llvm::Value *point);
  llvm::Value *first_position(const analysis::WindowAxis &axis,
                              llvm::Value *index, llvm::Value *taps);
  void set_position(IndexValues &at, const analysis::WindowAxis &axis,
                    llvm::Value *position);
  std::string symbol(const std::string &name) const;
  void store_turned(Values rows, llvm::Value *to, llvm::Value *stride);
  void turn_square(llvm::Value *from, llvm::Value *to, llvm::Value *stride);
  void emit_sums(const Item &item, llvm::Value *row_of_tile,
                 llvm::Value *column_of_tile);
  Values emit_block(llvm::Value *data, unsigned columns);
  void emit_results(const Item &item);
  void finish_sums(const Item &item);
  void for_points(
      const Item &item,
      const std::function<void(const IndexValues &at, llvm::Value *sum)> &body);
  void emit_by_channel(const Item &item);
  void turn_sums(const Item &item);

  // window_pack.cpp
  void pack_weights(const Item &item);
  void pack_data(const Item &item);
  void pack_row(const Item &item, const IndexValues &at, llvm::Value *target);
  Interval interior(const IndexValues &at, llvm::Value *first,
                    llvm::Value *count);
  void pack_strip(const Item &item, const Strip &strip);
  bool is_plain(const analysis::WindowFactor &factor) const;
  void turn_plain(const Item &item, const Strip &strip, llvm::Value *first,
                  llvm::Value *count, llvm::Value *to);
  void turn_computed(const Item &item, const Strip &strip, llvm::Value *first,
                     llvm::Value *count, llvm::Value *to);
  void pack_point(const Item &item, const analysis::WindowFactor &factor,
                  const IndexValues &at, const llvm::DenseSet<NodeId> *truths,
                  llvm::Value *target);

  SizeCode &sizes_;
  KernelFrame &frame_;
  llvm::IRBuilderBase &b;
  const WindowProblem &problem_;
  const WindowTile &tile_;
  Lanes lanes_;
  WindowJoin join_;
  WindowResults results_;
  llvm::Type *vector_;
  llvm::Value *weights_, *data_, *sums_, *turned_; ///< Areas of scratch memory.
  llvm::DenseSet<NodeId> guards_; ///< The guards of the data's loads.
};

} // namespace landfall::kernels
