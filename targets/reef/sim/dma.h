//===- dma.h - A core's channels between DRAM and scratchpad ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The simulator copies the bytes when a transfer is started and computes the
// cycle at which it completes. A race detector finds programs that would be
// wrong on real hardware: from the start until the core has waited for the
// ticket, an access to the destination, or a write to the source, is a fault.
// It depends on waits, not on time, so that a missing wait is found at any
// speed.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "riscv/hart.h"
#include "sim_kit/dram_clock.h"
#include "targets/reef/chip/chip_description.h"
#include "targets/reef/chip/telemetry.h"
#include "targets/reef/sim/transfer.h"

#include <deque>
#include <vector>

namespace landfall::reef::sim {

class Dma {
public:
  /// Transfers go between DRAM and the core's scratchpad, or within either.
  Dma(const ChipDescription &chip, riscv::MemoryRegion dram,
      riscv::MemoryRegion scratchpad, sim_kit::DramClock &clock);

  /// The result of an access to a channel's register.
  struct Answer {
    riscv::HartPort::Access access = riscv::HartPort::Access::done;
    uint64_t until = 0;   ///< If blocked: the cycle at which to retry.
    bool is_race = false; ///< If it is a fault: two transfers race.
  };
  /// `offset` is relative to the first channel's registers.
  Answer load(uint64_t offset, uint64_t &value) const;
  Answer store(uint64_t offset, uint64_t value, uint64_t now);

  /// Whether the core may access these bytes: no transfer that has not been
  /// waited for conflicts.
  bool may_access(uint64_t address, uint64_t bytes, bool is_write) const;
  bool has_unwaited() const;
  /// Forgets all transfers.
  void reset();

  const EngineTelemetry &time() const { return time_; }

private:
  struct Started {
    uint64_t ticket;
    uint64_t end; ///< The cycle at which it completes.
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
  sim_kit::DramClock *clock_;
  uint64_t rate_, latency_;
  EngineTelemetry time_ = {};
  std::vector<Channel> channels_;
};

} // namespace landfall::reef::sim
