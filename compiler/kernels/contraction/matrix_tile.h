//===- matrix_tile.h - Blocks of sums in a matrix unit ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The microkernel of machines with x86's AMX (Machine::matrix_tiles): a block
// of sums is kept in tile registers of 16 rows of 64 bytes. One instruction
// adds the products of 16 rows by 16 words of K with 16 words by 16 points,
// which are laid out as panels of words are (panel_tile.h); so both kinds of
// block serve the same packed sides.
//
// Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume
// 1, chapter "Programming with Intel AMX".
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/panel_tile.h"

namespace landfall::kernels {

/// Sets the shapes of the tile registers for this thread; a task does so before
/// its first block, and gives the registers back after its last, so that
/// nothing is saved for them when threads change.
void begin_matrix_tiles(KernelFrame &frame);
void end_matrix_tiles(KernelFrame &frame);

/// The steps that a tail has room for, and the number of the first of a run's
/// `steps` that it holds; it holds all behind.
inline constexpr int64_t tail_steps = 2 * tile_edge;
llvm::Value *first_in_tail(llvm::IRBuilderBase &b, KernelFrame &frame,
                           llvm::Value *steps);

/// Emits a call of the kernel's function for blocks of `block.m` rows, 16 or
/// 32, by one or two vectors. Rows are packed along K, and words beyond the
/// run's (or a tap's) last, up to whole tiles, are zero in rows. Where a tile
/// would reach behind the last of the panels' steps, where there may be no
/// memory, it is read from `tail`: [vector][tail_steps][point].
void call_matrix_tile(KernelFrame &frame, const TileShape &shape,
                      const TileBlock &block, int64_t panel,
                      const PanelTileArguments &arguments, llvm::Value *tail);

} // namespace landfall::kernels
