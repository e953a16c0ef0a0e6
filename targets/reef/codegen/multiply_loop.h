//===- multiply_loop.h - Products of panels in tiles -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/kernel_frame.h"

#include <string>

namespace landfall::reef {

/// What the panels of rows and of lanes hold: both f32, or both bytes, with
/// signs or without. Sums are f32 or 32-bit integers.
struct PanelTypes {
  DType rows = DType::f32, lanes = DType::f32;

  bool are_bytes() const { return rows != DType::f32; }
  /// Steps of the depth that one instruction takes.
  unsigned steps_at_once() const { return are_bytes() ? 4 : 1; }
  /// As in the names of instructions: "f.f", "u.s".
  std::string suffix() const;
};

/// Two panels, [depth][2 edges], steps `pitch` elements apart (two registers,
/// if they are of bytes), and how much of each half of their width is used: at
/// most an edge. Up to an edge behind a panel of bytes is read.
struct MultiplyLoop {
  PanelTypes types;
  llvm::Value *pitch;
  llvm::Value *edge;
  llvm::Value *rows, *lanes; ///< Addresses.
  llvm::Value *row_counts[2], *lane_counts[2];
  llvm::Value *depth;
};

/// Adds the product to the tiles: tile 2 i + j is half i of the rows by half j
/// of the lanes.
void emit_multiply_loop(KernelFrame &frame, const MultiplyLoop &loop);

/// A panel of bytes; `side` says whether it is of rows or of lanes.
enum class PanelSide { rows, lanes };
struct SumLoop {
  PanelSide side;
  DType type;
  llvm::Value *edge, *pitch, *panel, *depth;
};

/// Adds the sums over the depth to the tiles: those of the rows' halves to
/// column 0 of tiles 0 and 2, of the lanes' to row 0 of tiles 0 and 1.
void emit_sum_loop(KernelFrame &frame, const SumLoop &loop);

} // namespace landfall::reef
