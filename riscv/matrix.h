//===- matrix.h - Tiles -----------------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "riscv/vector.h"

namespace landfall::riscv {

/// A row or column of a tile, as encoded in a scalar register.
struct TileSubset {
  unsigned tile;
  bool is_column;
  uint64_t index;
};

inline TileSubset tile_subset(uint64_t specifier) {
  return {static_cast<unsigned>(specifier >> 27 & 15),
          (specifier >> 24 & 7) == 1, specifier & 0xffffff};
}

/// log2 of the element bytes of a tile load or store.
inline int tile_width_log(const Instruction &in) { return in.bits >> 29 & 3; }

/// Registers from one row of sf.mm's operands to the next.
inline unsigned operand_stride(const Core &core) {
  return 8 / std::max(1u, core.shape.tile_widening);
}

/// Multiply-adds per cycle of this sf.mm instruction; 0: this hart lacks it.
unsigned matrix_rate(const Core &core, const Instruction &in);

} // namespace landfall::riscv
