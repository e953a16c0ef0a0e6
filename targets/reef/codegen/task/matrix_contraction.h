//===- matrix_contraction.h - Contractions on the matrix unit --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// out[row, lane] = epilogue(sum over depth of a[row, depth] * b[depth, lane]),
// with the roles of kernel_analysis/contraction/contraction_roles.h (rows are
// M, lanes N, depth K of a GEMM). A task is a rectangle of panels (two tiles
// wide) of rows and lanes of one batch index:
//
//   for each run of the depth (K block):
//     pack the task's row panels                  [depth][row], scratchpad
//     for each lane panel:
//       pack it                                   [depth][lane], scratchpad
//       for each row panel:
//         2 x 2 tiles += column of a * row of b, for each step
//         store the tiles to a block of sums      [row][lane], scratchpad
//         last run: epilogue on the vector unit, result to DRAM
//
// DMA runs ahead, on as many channels as the chip has: it fetches the next row
// and lane panels (also the first ones of the next run) and the operands of the
// epilogue, and writes results while the next block is multiplied
// (block_transfer.h).
//
// Tile and scratchpad sizes are read from the chip at run time, so that one
// binary serves every generation. Sums are f32 or, over bytes, 32-bit integers.
// Factors narrower than f32 are widened when packed, unless the chip multiplies
// their type (panel_factor.h).
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/task_generator.h"

#include "base/result.h"

#include <memory>

namespace landfall::reef {

/// The smallest numbers of rows and of lanes for which the matrix unit is used:
/// with fewer, most of a tile would be empty.
constexpr int64_t min_edges = 4;

/// The generator; or the reason why another generator serves the kernel better.
Result<std::unique_ptr<kernels::TaskGenerator>>
matrix_contraction(const Kernel &kernel, const kernels::Machine &machine);

} // namespace landfall::reef
