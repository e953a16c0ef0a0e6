//===- event_planner.h - Who waits for whom between queues -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Calls are recorded in an order in which they could be executed one by one.
// Queues execute them at once, so flags keep each byte's writes and reads in
// that order where different queues make them (read after write, write after
// read, write after write). Double buffering results: a load that writes where
// nobody reads any more waits for nothing.
//
// What a queue has learnt from earlier flags is known by vector clocks (Fidge
// 1988, Mattern 1989), so no flag repeats what another one implies.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "tile/call_list.h"

namespace landfall::tile {

/// A flag: see EngineBackend::set and wait.
struct Flag {
  uint8_t from = 0, to = 0;
};

/// What surrounds one call.
struct CallFlags {
  std::vector<Flag> waits; ///< Before the call, by its queue.
  std::vector<Flag> sets;  ///< After it, by its queue.
};

/// Bytes are watched in blocks of so many: two ranges in one block count as
/// one.
inline constexpr int64_t watched_bytes = 128;

/// The flags of each call. Each set has one wait behind it, so all are 0 at the
/// end; none counts above the limit. Only for chips that have flags.
std::vector<CallFlags> plan_events(const CallList &calls,
                                   const Capabilities &capabilities);

/// Makes the calls, with flags where the chip has them.
void emit_all(const CallList &calls, const Capabilities &capabilities,
              EngineBackend &backend);

} // namespace landfall::tile
