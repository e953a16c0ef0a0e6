//===- cores.h - Managing the compute cores --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/reef/firmware/protocol.h"
#include "targets/reef/firmware/registers_access.h"
#include "targets/reef/firmware/work.h"

namespace landfall::reef {

struct Event {
  ChipEvent kind;
  uint32_t core;
  uint32_t value;
};

/// Work distribution to the compute cores, through mailboxes and events. There
/// is one instance, on the management core.
class Cores {
public:
  Cores();

  uint32_t count() const { return count_; }
  /// Waits for the next event and updates the heartbeat.
  Event take_event();
  void beat();
  /// Announces a launch to all cores. Core 1 runs the plan function and then
  /// range 0.
  void open(const LaunchRecord &record);
  void deal(uint32_t core, uint64_t range) {
    ++ranges_[core].pending;
    send(core, mail_of_range(range));
  }
  /// Removes the core's oldest range, which has ended. Returns its failure
  /// record, valid if it failed.
  const Failure &end_range(uint32_t core);
  /// The number of ranges assigned to the core and not ended.
  uint32_t pending(uint32_t core) const { return ranges_[core].pending; }
  /// Stores the cause and the fault registers of a core that has stopped or
  /// hangs in `completion`, and restarts the core.
  void report_and_restart(uint32_t core, CommandStatus why,
                          Completion &completion);

private:
  /// A core's ranges in flight, and the slot of the oldest.
  struct Ranges {
    uint8_t pending, oldest;
  };

  static void send(uint32_t core, uint64_t mail) {
    store_register(management_registers + management_register::mail +
                       core * sizeof(uint64_t),
                   mail);
  }

  uint32_t count_;
  uint64_t heartbeat_ = 0;
  Ranges ranges_[max_cores + 1] = {};
};

} // namespace landfall::reef
