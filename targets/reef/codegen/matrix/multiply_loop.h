//===- multiply_loop.h - Products of panels in tiles -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"

#include <string>

namespace landfall::reef {

/// The layout of a panel in memory:
///
///   f32, halves    [depth][2 edges]
///   bytes          [depth][2 edges]
///   bytes in pairs [depth / 2][2 edges][2 steps]
///
/// Halves are f16 or bf16, bytes are integers or float8. Steps are a pitch
/// apart, pairs two pitches. A matrix instruction takes one step of f32, two of
/// halves or four of bytes. For bytes the pitch is two vector registers: one
/// load brings four steps of half a panel to the registers where the matrix
/// instruction expects its operand's rows; pairs are separated in registers. An
/// edge of bytes is at most half a register, and loads read up to an edge
/// behind the last step.
struct PanelType {
  DType type = DType::f32;
  bool pairs = false; ///< Bytes only: the layout of bytes in pairs.
};

/// The types of the row panel and the lane panel: the same real type, or both
/// bytes (signed or unsigned integers in any combination, or float8 types).
/// Sums are f32 or 32-bit integers.
struct PanelTypes {
  PanelType rows, lanes;

  int64_t element_bytes() const { return size_of(rows.type); }
  bool are_bytes() const { return element_bytes() == 1; }
  bool are_halves() const { return element_bytes() == 2; }
  bool any_pairs() const { return rows.pairs || lanes.pairs; }
  /// Steps of the depth that one matrix instruction takes.
  unsigned steps_at_once() const { return 4 / unsigned(element_bytes()); }
  /// A name for the combination, to be part of symbols.
  std::string name() const;
};

/// The product of two panels. Counts are i64; pitch and edge are in elements.
struct MultiplyLoop {
  PanelTypes types;
  llvm::Value *pitch;        ///< Of both panels.
  llvm::Value *edge;         ///< Of a tile.
  llvm::Value *rows, *lanes; ///< Addresses of the panels.
  /// By half of the panel's width: how many rows or lanes are used, at most an
  /// edge.
  llvm::Value *row_counts[2], *lane_counts[2];
  llvm::Value *depth; ///< Steps of both panels.
};

/// Adds the product to the tiles: tile 2 i + j is half i of the rows by half j
/// of the lanes.
void emit_multiply_loop(kernels::KernelFrame &frame, const MultiplyLoop &loop);

enum class PanelSide { rows, lanes };

/// The sums over the depth of a panel of bytes. Counts are i64.
struct SumLoop {
  PanelSide side;
  PanelType type;
  llvm::Value *edge, *pitch, *panel, *depth;
};

/// Adds the sums to the tiles. Those of a row panel's two halves are added to
/// column 0 of tiles 0 and 2, those of a lane panel's halves to row 0 of tiles
/// 0 and 1.
void emit_sum_loop(kernels::KernelFrame &frame, const SumLoop &loop);

} // namespace landfall::reef
