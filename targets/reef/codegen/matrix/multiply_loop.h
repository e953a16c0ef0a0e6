//===- multiply_loop.h - Products of panels in tiles -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"

#include <string>

namespace landfall::reef {

/// What a panel holds:
///
///   f32, halves    [depth][2 edges]
///   bytes          [depth][2 edges]
///   bytes in pairs [depth / 2][2 edges][2 steps]
///
/// Halves are f16 or bf16, bytes integers or float8. Steps are a pitch apart,
/// pairs of them two. An instruction takes two steps of halves and four of
/// bytes. A pitch of bytes is two registers, which is where the rows of an
/// operand must be: one instruction loads four steps of half a panel, and
/// pairs are taken apart in registers. An edge of bytes is at most half a
/// register, and loading them reads up to an edge behind the last step.
struct PanelType {
  DType type = DType::f32;
  bool pairs = false;
};

/// Of the panels of rows and of lanes: both of one real type, or both bytes:
/// integers with signs or without, or reals. Sums are f32 or 32-bit integers.
struct PanelTypes {
  PanelType rows, lanes;

  int64_t element_bytes() const { return size_of(rows.type); }
  bool are_bytes() const { return element_bytes() == 1; }
  bool are_halves() const { return element_bytes() == 2; }
  bool any_pairs() const { return rows.pairs || lanes.pairs; }
  /// Steps of the depth that one instruction takes.
  unsigned steps_at_once() const { return 4 / unsigned(element_bytes()); }
  /// For the names of functions.
  std::string name() const;
};

/// Two panels, and how much of each half of their width is used: at most an
/// edge.
struct MultiplyLoop {
  PanelTypes types;
  llvm::Value *pitch; ///< In elements.
  llvm::Value *edge;
  llvm::Value *rows, *lanes; ///< Addresses.
  llvm::Value *row_counts[2], *lane_counts[2];
  llvm::Value *depth;
};

/// Adds the product to the tiles: tile 2 i + j is half i of the rows by half j
/// of the lanes.
void emit_multiply_loop(kernels::KernelFrame &frame, const MultiplyLoop &loop);

enum class PanelSide { rows, lanes };

/// A panel of bytes.
struct SumLoop {
  PanelSide side;
  PanelType type;
  llvm::Value *edge, *pitch, *panel, *depth;
};

/// Adds the sums over the depth to the tiles: those of the rows' halves to
/// column 0 of tiles 0 and 2, of the lanes' to row 0 of tiles 0 and 1.
void emit_sum_loop(kernels::KernelFrame &frame, const SumLoop &loop);

} // namespace landfall::reef
