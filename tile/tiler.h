//===- tiler.h - A planned kernel at concrete sizes ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "tile/engine_backend.h"
#include "tile/plan.h"

#include <atomic>

namespace landfall::tile {

/// Which part of the work: that of core `core` of `cores`. The parts of all
/// cores write disjoint elements and may run in any order or at once.
struct Part {
  int core = 0;
  int cores = 1;
};

/// Calls the backend for one core's part of a launch at these sizes. The
/// instructions depend on the plan, the sizes and the part alone, so they may
/// be kept and used for every launch of that shape. All memories are free at
/// the beginning; at the end all work is in the queues, and all flags are 0.
/// `capabilities` are those that the plan was made with, or of another
/// generation of that chip. Fails with `unsupported` on sizes that no stream
/// can be made for (an operand of 2^31 elements, a fold of very many steps),
/// and with `cancelled` soon after `stop` (null: never) has become true; both
/// before the first call.
Status run_tiler(const TilePlan &plan, const Capabilities &capabilities,
                 std::span<const int64_t> sizes, Part part,
                 EngineBackend &backend,
                 const std::atomic<bool> *stop = nullptr);

} // namespace landfall::tile
