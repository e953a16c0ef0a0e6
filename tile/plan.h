//===- plan.h - How a kernel is computed in tiles --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "tile/capabilities.h"

#include <memory>

namespace landfall::tile {

/// What is known of a kernel before its sizes are. Immutable, so threads may
/// share it; it holds all that it needs of the kernel.
class TilePlan;
using SharedPlan = std::shared_ptr<const TilePlan>;

/// The plan, or why the chip does not compute the kernel: a clause to follow
/// "because". Compiler and driver both ask this. The answer depends on the
/// kernel and on the operations, products and flags in the capabilities, not on
/// the bytes of memories (each space that is there has at least 16 KiB), on
/// limits or the edge: a plan exists for all generations that have the same
/// operations, or for none.
Result<SharedPlan> make_plan(const Kernel &kernel,
                             const Capabilities &capabilities);

} // namespace landfall::tile
