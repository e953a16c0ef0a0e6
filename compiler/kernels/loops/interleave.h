//===- interleave.h - Results of a short last loop -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/machine.h"
#include "kernel_analysis/access/access_analysis.h"

namespace landfall::kernels {

/// Whether a map is better with lanes along its last loop but one, and the
/// results of the last loop's few iterations interleaved: what it loads is
/// contiguous along that loop, and not along the last. So are pixels shuffled
/// out of channels, and the phases of a transposed convolution:
///
///   out[w, b] = x[b, w]    for b < 2
bool can_interleave(const Kernel &kernel, const Machine &machine,
                    analysis::AccessAnalysis &access);

} // namespace landfall::kernels
