//===- work_estimate.h - How long a node takes -----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"

namespace landfall::analysis {

/// About how many simple instructions one execution of the node takes; loops of
/// unknown length count as `unknown_trips` rounds.
double work_of(const Kernel &kernel, NodeId node, double unknown_trips = 64);
double work_of(const Kernel &kernel, const Block &block,
               double unknown_trips = 64);

/// Rounds of a loop, `unknown` if they are not known; of other nodes 1.
double trips_of(const Kernel &kernel, const Node &node, double unknown);

} // namespace landfall::analysis
