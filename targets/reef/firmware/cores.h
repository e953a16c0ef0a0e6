//===- cores.h - The compute cores as management sees them -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/reef/firmware/protocol.h"
#include "targets/reef/firmware/work_item.h"

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
  /// What kernels may call: in DRAM, which all cores see.
  const native::NativeServices &services() const;
  /// Sleeps until something happens; the heart beats each time.
  Event take_event();
  /// A core's item number `slot`, free to be filled.
  WorkItem &item(uint32_t core, uint32_t slot);
  void send(uint32_t core, const WorkItem &item);
  /// Records why and where a core was lost, with its fault registers, then
  /// restarts it.
  void bury(uint32_t core, CommandStatus why, Completion &completion);

  static constexpr uint32_t slots = 2; ///< Items that a core may have.

private:
  uint32_t count_;
};

} // namespace landfall::reef
