//===- matrix.h - Tiles -----------------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "riscv/vector.h"

namespace landfall::riscv {

/// A row or a column of a tile, as a scalar register names it.
struct TileSubset {
  unsigned tile;
  bool is_column;
  uint64_t index;
};

inline TileSubset tile_subset(uint64_t specifier) {
  return {static_cast<unsigned>(specifier >> 27 & 15),
          (specifier >> 24 & 7) == 1, specifier & 0xffffff};
}

/// The width of the elements of a tile load or store, as a logarithm.
inline int tile_width_log(const Instruction &in) { return in.bits >> 29 & 3; }

/// Registers from one row of sf.mm's operands to the next.
inline unsigned operand_stride(const Core &core) {
  return 8 / std::max(1u, core.shape.tile_widening);
}

/// The multiply-adds a cycle of this sf.mm; 0: it is illegal here.
unsigned matrix_rate(const Core &core, const Instruction &in);

} // namespace landfall::riscv
