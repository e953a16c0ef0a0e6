//===- work_estimate.h - How long a node takes -----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"

namespace landfall::analysis {

/// The estimated cost of one execution of the node, in simple instructions.
/// Loops of unknown trip count are taken to have `unknown_trips` iterations.
double work_of(const Kernel &kernel, NodeId node, double unknown_trips = 64);
double work_of(const Kernel &kernel, const Block &block,
               double unknown_trips = 64);

/// The trip count of a loop node if constant, else `unknown`; 1 for other
/// nodes.
double trips_of(const Kernel &kernel, const Node &node, double unknown);

} // namespace landfall::analysis
