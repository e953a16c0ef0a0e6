//===- byte_window_generator.h - Weighted sums of windows of bytes -*- C++
//-*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/task_generator.h"
#include "compiler/kernels/windows/byte_windows.h"

namespace landfall::kernels {

/// A generator for such sums (byte_window_emitter.h), of all sizes. The
/// description that the problem refers to is the one that `loops` works on.
std::unique_ptr<TaskGenerator>
byte_window_generator(WindowProblem problem, ByteWindows windows,
                      std::unique_ptr<TaskGenerator> loops);

} // namespace landfall::kernels
