//===- call_list.h - Calls on a backend, recorded --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The tiler records what a backend is to do, so that flags can be put between
// calls made earlier (event_planner.h).
//
//===----------------------------------------------------------------------===//
#pragma once

#include "tile/engine_backend.h"

#include <variant>

namespace landfall::tile {

using Call = std::variant<LoadCall, StoreCall, MoveCall, FillCall, MultiplyCall,
                          VectorCall, ReduceCall, RampCall, GatherCall>;
using CallList = std::vector<Call>;

Queue queue_of(const Call &call);
void emit(const Call &call, EngineBackend &backend);

/// On-chip bytes that a call reads or writes: the smallest range that contains
/// them all.
struct Access {
  Space space = Space::vector;
  int64_t begin = 0, end = 0;
  bool writes = false;
};
std::vector<Access> accesses_of(const Call &call);

} // namespace landfall::tile
