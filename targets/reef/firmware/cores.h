//===- cores.h - The compute cores as management sees them -----*- C++ -*-===//
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

/// Mailboxes, events and heartbeat. There is one.
class Cores {
public:
  Cores();

  uint32_t count() const { return count_; }
  /// Sleeps until something happens; the heart beats each time.
  Event take_event();
  void beat();
  /// All cores get ready for the launch; core 1 plans and has range 0 then.
  void open(const LaunchRecord &record);
  void deal(uint32_t core, uint64_t range) {
    ++ranges_[core].pending;
    send(core, mail_of_range(range));
  }
  /// The oldest of the core's ranges has ended. Returns where it says why, if
  /// it failed.
  const Failure &end_range(uint32_t core);
  /// Ranges that the core has.
  uint32_t pending(uint32_t core) const { return ranges_[core].pending; }
  /// Records why and where a core was lost, with its fault registers, then
  /// restarts it.
  void bury(uint32_t core, CommandStatus why, Completion &completion);

private:
  /// A core's ranges under way, and the slot of the oldest.
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
  Ranges ranges_[most_cores + 1] = {};
};

} // namespace landfall::reef
