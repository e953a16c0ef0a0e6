//===- dma.h - A core's channels between DRAM and scratchpad ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Bytes move when a transfer is started; its time is computed. What makes this
// faithful is the race detector: from the start until the core has waited for
// the ticket, nobody may read or write the destination or write the source. It
// goes by waits, not by time, so a missing wait is found at any speed.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "riscv/hart.h"
#include "targets/reef/chip/telemetry.h"
#include "targets/reef/sim/dram_clock.h"
#include "targets/reef/sim/transfer.h"

#include <deque>
#include <vector>

namespace landfall::reef::sim {

class Dma {
public:
  /// Memory that can be moved: DRAM and the core's scratchpad.
  Dma(const ChipDescription &chip, riscv::MemoryRegion dram,
      riscv::MemoryRegion scratchpad, DramClock &clock);

  /// How an access of a channel's register ends.
  struct Answer {
    riscv::HartPort::Access access = riscv::HartPort::Access::done;
    uint64_t until = 0;   ///< `blocked`: the cycle at which to try again.
    bool is_race = false; ///< `fault`: transfers race with each other.
  };
  /// `offset` from the first channel's registers.
  Answer load(uint64_t offset, uint64_t &value) const;
  Answer store(uint64_t offset, uint64_t value, uint64_t now);

  /// Whether the core may access these bytes while transfers are unwaited for.
  bool may_access(uint64_t address, uint64_t bytes, bool is_write) const;
  bool has_unwaited() const;
  /// Forgets everything under way.
  void reset();

  const EngineTelemetry &time() const { return time_; }

private:
  struct Started {
    uint64_t ticket;
    uint64_t end; ///< The cycle at which it is complete.
    Transfer transfer;
  };
  struct Channel {
    Transfer next;
    uint64_t tickets = 0;
    uint64_t free_at = 0;
    std::deque<Started> unwaited;
  };

  Answer start(Channel &channel, uint64_t now);
  Answer wait(Channel &channel, uint64_t ticket, uint64_t now);
  uint8_t *host(const Rows &rows) const;
  bool races(const Transfer &transfer) const;
  uint64_t book(const Rows &rows, uint64_t begin);
  uint64_t end_of(const Transfer &transfer, Channel &channel, uint64_t now);
  bool in_dram(uint64_t address) const;

  riscv::MemoryRegion dram_, scratchpad_;
  DramClock *clock_;
  uint64_t rate_, latency_;
  EngineTelemetry time_ = {};
  std::vector<Channel> channels_;
};

} // namespace landfall::reef::sim
