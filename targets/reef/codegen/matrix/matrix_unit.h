//===- matrix_unit.h - The matrix unit's instructions ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Four tiles of edge x edge sums of 32 bits (Xsfmm's mt0, mt4, mt8, mt12). Code
// never knows the edge: it is read from the chip. Rows are whole edges long;
// what is behind a block's last row or lane is padding that nobody reads back.
// multiply_loop.h multiplies, tile_moves.h moves whole tiles.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"

namespace landfall::reef {

/// A register of the core that runs the code (chip/registers.h), as i64.
llvm::Value *read_core_register(kernels::KernelFrame &frame, uint64_t offset);
/// Bytes at the end of a scratchpad of so many that are the core's stack.
llvm::Value *stack_in(kernels::KernelFrame &frame, llvm::Value *scratch_bytes);

class MatrixUnit {
public:
  static constexpr unsigned tiles = 4;

  /// `edge` (i64): the chip's, in f32 elements.
  MatrixUnit(kernels::KernelFrame &frame, llvm::Value *edge);

  llvm::Value *edge() const { return edge_; }

  void zero(unsigned tile);
  /// Row number `index` (i64) of a tile to memory.
  void store_row(unsigned tile, llvm::Value *index, llvm::Value *address);
  /// The same with its column, which lies in memory like a row.
  void store_column(unsigned tile, llvm::Value *index, llvm::Value *address);

private:
  enum class Subset : uint64_t { row = 0, column = 1 };
  llvm::Value *part(unsigned tile, Subset subset, llvm::Value *index);
  void store(unsigned tile, Subset subset, llvm::Value *index,
             llvm::Value *address);

  llvm::IRBuilderBase &b;
  llvm::Value *edge_;
};

} // namespace landfall::reef
