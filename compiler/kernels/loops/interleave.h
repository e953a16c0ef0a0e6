//===- interleave.h - Results that are read from different places -*- C++ -*-=//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/loops/loop_plan.h"
#include "kernel_analysis/access/access_analysis.h"

#include <optional>

namespace landfall::kernels {

/// Finds maps whose neighbouring results are read from different places, though
/// every second (third, ...) of them from neighbouring elements: pixels out of
/// channels, the phases of a transposed convolution, repeated pixels.
///
///   out[w, p] = x[p, w]              p < 2: iterations of the last loop
///   out[o] = x[o mod 2, o div 2]     phases of the lanes
SideBySide find_side_by_side(const Kernel &kernel, const Machine &machine,
                             analysis::AccessAnalysis &access);

/// The change of an i64 node when the last loop's index grows by `apart`, if
/// that is the same everywhere.
std::optional<int64_t> slope_of_phase(const Kernel &kernel,
                                      analysis::AccessAnalysis &access,
                                      NodeId node, int64_t apart);

} // namespace landfall::kernels
