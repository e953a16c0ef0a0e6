//===- winograd_tile.h - Winograd's transforms ------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A window of 3x3 taps, moved over a square of 4x4 elements, gives 2x2 results
// with 16 products instead of 36: the square and the window are transformed to
// 4x4 values each, these are multiplied place by place, and what is summed over
// the channels is transformed to the results. The products of a place are a
// matrix product, of the squares' and the weights' values.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_tile.h"

namespace landfall::kernels {

/// Of a square: its places, and the results along an axis.
inline constexpr int64_t winograd_places = 16, winograd_results = 2;
/// The taps of a window, and along an axis.
inline constexpr int64_t winograd_taps = 9, winograd_edge = 3;

/// Pointers are to elements of TileShape::type; counts and strides, in
/// elements, are i64.
struct WinogradImage {
  llvm::Value *lines;          ///< Of channel 0: the first of four lines.
  llvm::Value *line_stride;    ///< From one line to the next.
  llvm::Value *channel_stride; ///< From a channel's lines to the next's.
  llvm::Value *channels;
  llvm::Value *squares;       ///< Side by side: two columns further each.
  llvm::Value *values;        ///< Of place 0 of the first square of channel 0.
  llvm::Value *values_stride; ///< From a channel to the next.
  llvm::Value *place_stride;
};

/// Transforms squares. Reads and writes whole vectors of squares, which are
/// neighbours in `values`.
void transform_squares(KernelFrame &frame, const TileShape &shape,
                       const WinogradImage &image);

struct WinogradWeights {
  llvm::Value *weights;     ///< A vector's lanes at the first tap.
  llvm::Value *step_stride; ///< From one step of K, a tap, to the next.
  llvm::Value *channels;    ///< Each has all its taps together.
  llvm::Value *values;      ///< Of place 0: lanes, n() elements a channel.
  llvm::Value *place_stride;
};

/// Transforms a vector's lanes of windows.
void transform_windows(KernelFrame &frame, const TileShape &shape,
                       const WinogradWeights &weights);

struct WinogradSums {
  llvm::Value *sums; ///< Of place 0 of the first square; n() elements each.
  llvm::Value *place_stride;
  llvm::Value *squares;
  llvm::Value *results; ///< Of the first line: n() elements a column.
  llvm::Value *line_stride;
  /// n() elements, which become zeros, or something else if a result is
  /// infinite, a NaN, or very large.
  llvm::Value *check;
};

/// Transforms sums to results.
void transform_sums(KernelFrame &frame, const TileShape &shape,
                    const WinogradSums &sums);

/// Squares whose results are stored at a time. From one line of these to the
/// next, and from one row of turned results to the next, in elements: blocks of
/// rows, and whole vectors, are written.
inline constexpr int64_t winograd_chunk = 32;
inline int64_t winograd_line(const TileShape &shape) {
  int64_t columns = winograd_chunk * winograd_results;
  return (columns + int64_t(shape.m + shape.width)) * int64_t(shape.n());
}
inline int64_t winograd_turned_stride(const TileShape &shape) {
  return winograd_chunk * winograd_results + int64_t(shape.width);
}

/// Turns a line of results, n() elements a column, to n() rows of columns.
void turn_results(KernelFrame &frame, const TileShape &shape, llvm::Value *line,
                  llvm::Value *columns, llvm::Value *turned);

} // namespace landfall::kernels
