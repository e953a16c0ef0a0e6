//===- byte_windows.h - Weighted sums of windows of bytes -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A window sum of 8-bit integers with its columns as lanes, where the machine
// adds products of neighbouring bytes to sums of 32 bits. Neighbours are taps
// of one row: a word has the taps that one instruction multiplies, for each
// lane, and is made by shuffling the bytes of one vector.
//
//   out[c, h, w] = sum over rows and words of
//     weights[c, row, word] . data[c, h + row, w + 4 * word ...]
//
// Where channels are innermost they are the lanes, and neighbours are taps of
// one column, whose bytes are in as many rows of the image (byte_channels.h).
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/windows/window_problem.h"

namespace landfall::kernels {

/// A factor cast(byte) or cast(byte) - zero.
struct ByteFactor {
  NodeId byte = no_node;
  bool is_signed = false;
  NodeId zero = no_node; ///< Depends on the channel alone.
};

/// A function of the kernel and the machine.
struct ByteWindows {
  ByteFactor data, weight;
  analysis::WindowLoad load; ///< The data: a load of bytes along the columns.
  NodeId outside = no_node;  ///< The data where the guard is false.
  /// Taps of a word: four bytes, or two of 16 bits where the machine has no
  /// products of bytes, or weights that are no signed bytes (u8, or less a zero
  /// point).
  int64_t steps;
  /// Taps of a row and of a column, if they are few enough to be unrolled: then
  /// rows share what they load.
  std::optional<int64_t> column_taps, row_taps;
  /// Rows of the result that are summed together, if columns are the lanes.
  int64_t block_rows = 1;

  /// Data is unsigned in words; signed data has its highest bit flipped.
  int64_t flip() const { return data.is_signed ? 0x80 : 0; }
  int64_t words(int64_t taps) const { return (taps + steps - 1) / steps; }
};

/// The structure, or why it is not computed so: a clause to follow "because".
Result<ByteWindows> find_byte_windows(const WindowProblem &problem);

} // namespace landfall::kernels
