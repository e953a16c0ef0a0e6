//===- sink_into_branches.h - Computing only what is taken ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A fused concatenation reads one input where its guard holds and computes the
// other everywhere, to use it elsewhere. What only that other side needs moves
// into a branch:
//
//   y = f(g(x)); load z[i] if p else y      y computed everywhere
//   branch (p) { load z[i] } { f(g(x)) }    y computed where it is used
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"

namespace landfall::analysis {

Kernel sink_into_branches(Kernel kernel);

} // namespace landfall::analysis
