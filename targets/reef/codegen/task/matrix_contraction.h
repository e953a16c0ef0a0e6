//===- matrix_contraction.h - Contractions on the matrix unit --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// out[row, lane] = finish(sum over depth of a[row, depth] * b[depth, lane]), in
// the words of kernel_analysis/contraction/contraction_roles.h. A task is a
// rectangle of panels (two tiles wide) of rows and lanes of one batch index:
//
//   for each run of the depth:
//     pack the task's panels of the row side      [depth][row], scratchpad
//     for each panel of lanes:
//       pack the lane side's                      [depth][lane], scratchpad
//       for each panel of rows:
//         2 x 2 tiles += column of a * row of b, step by step
//         tiles to a block of sums                [row][lane], scratchpad
//         after the last run: finish it on the vector unit, and send it off
//
// DMA runs ahead of all that, on as many channels as there are: the next panel
// of rows and of lanes, also those that the next run begins with, and what the
// epilogue reads; results leave while the next block is multiplied
// (block_transfer.h).
//
// Sizes of tiles and scratchpad are read from the chip, so that one binary
// serves every generation. Sums are f32, whose narrower factors widen as they
// are packed, but for those that the chip multiplies, or 32-bit integers over
// bytes (panel_factor.h).
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/task_generator.h"

#include "base/result.h"

#include <memory>

namespace landfall::reef {

/// Fewer rows or lanes leave most of a tile empty.
constexpr int64_t fewest_edges = 4;

/// Fails with the reason where another generator serves the kernel better.
Result<std::unique_ptr<kernels::TaskGenerator>>
matrix_contraction(const Kernel &kernel, const kernels::Machine &machine);

} // namespace landfall::reef
