//===- matrix_unit.h - The matrix unit's instructions ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Instructions on the matrix unit's four tiles of edge x edge 32-bit sums
// (mt0, mt4, mt8, mt12 of the RISC-V extension Xsfmm). The edge is read from
// the chip at run time. Always whole rows of a tile are moved; elements beyond
// a block's last row or lane are padding and are not used. multiply_loop.h has
// the products, tile_moves.h the moves of whole tiles.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"

namespace landfall::reef {

/// Reads a memory-mapped register of the core that runs the code
/// (chip/registers.h), as i64.
llvm::Value *read_core_register(kernels::KernelFrame &frame, uint64_t offset);
/// The size of the core's stack, at the end of a scratchpad of `scratch_bytes`.
llvm::Value *stack_in(kernels::KernelFrame &frame, llvm::Value *scratch_bytes);

class MatrixUnit {
public:
  static constexpr unsigned tiles = 4;

  /// `edge` (i64): the chip's, in f32 elements.
  MatrixUnit(kernels::KernelFrame &frame, llvm::Value *edge);

  llvm::Value *edge() const { return edge_; }

  void zero(unsigned tile);
  /// Stores row `index` (i64) of a tile to memory.
  void store_row(unsigned tile, llvm::Value *index, llvm::Value *address);
  /// Stores column `index` (i64) of a tile, contiguous in memory.
  void store_column(unsigned tile, llvm::Value *index, llvm::Value *address);

private:
  enum class Subset : uint64_t { row = 0, column = 1 };
  /// The operand by which an instruction selects a row or column of a tile.
  llvm::Value *part(unsigned tile, Subset subset, llvm::Value *index);
  void store(unsigned tile, Subset subset, llvm::Value *index,
             llvm::Value *address);

  llvm::IRBuilderBase &b;
  llvm::Value *edge_;
};

} // namespace landfall::reef
