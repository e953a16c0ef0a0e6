//===- chip.h - The whole chip ---------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/reef/sim/chip_core.h"

#include <functional>

namespace landfall::reef::sim {

/// The simulated chip: the management core (core 0), the compute cores, and
/// DRAM in host memory; the firmware is at DRAM's first byte. Deterministic:
/// the core whose clock is least runs next. For one thread.
class Chip final : public Board {
public:
  /// `dram` is as large as the description says and must outlive the chip.
  /// `signal` is called when the firmware stores to `host_signal`.
  Chip(const ChipDescription &chip, uint8_t *dram,
       std::function<void()> signal);

  /// The host's doorbell: raises the event ChipEvent::doorbell.
  void doorbell();

  enum class Progress {
    ran,  ///< A core has run for one quantum.
    idle, ///< All cores wait for the host.
    dead, ///< The management core has stopped; see `fault(0)`.
  };
  Progress step();

  riscv::Fault fault(unsigned core) const { return cores_[core]->fault(); }

  void event(ChipEvent kind, unsigned core, uint32_t value,
             uint64_t now) override;
  RegisterAnswer load(uint64_t offset, uint64_t &value) override;
  RegisterAnswer store(uint64_t offset, uint64_t value) override;
  uint64_t next_event() const override;

private:
  RegisterAnswer take_event(uint64_t &value);
  bool load_fault(uint64_t offset, uint64_t &value) const;
  bool write_telemetry(uint64_t address) const;
  RegisterAnswer align();
  void reset_core(unsigned core);
  ChipCore *next_core() const;

  const ChipDescription chip_;
  riscv::MemoryRegion dram_;
  std::function<void()> signal_;
  sim_kit::DramClock clock_;
  std::vector<std::unique_ptr<ChipCore>> cores_; ///< By the core's number.
  std::deque<Message> events_;
  uint64_t next_tick_ = tick_cycles;
  uint64_t align_at_ = 0; ///< The time until which `align` blocks.
};

} // namespace landfall::reef::sim
