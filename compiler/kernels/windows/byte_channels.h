//===- byte_channels.h - Windows of bytes, channels innermost ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Lanes are channels, which are innermost in data and results. The rows of the
// image that a row of the result reads become words of the taps of one column,
// once for all columns of a window:
//
//   words[taps / steps][positions of columns][lanes]
//
// Weights stay in registers. A row of the image that is outside of it is read
// from a line of what is there; so are its columns.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/task_generator.h"
#include "compiler/kernels/windows/byte_windows.h"

namespace landfall::kernels {

/// A generator for such sums, of all sizes. The description that the problem
/// refers to is the one that `loops` works on.
std::unique_ptr<TaskGenerator>
byte_channels_generator(WindowProblem problem, ByteWindows windows,
                        std::unique_ptr<TaskGenerator> loops);

} // namespace landfall::kernels
