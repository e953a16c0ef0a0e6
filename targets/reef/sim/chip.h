//===- chip.h - The whole chip ---------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/reef/sim/chip_core.h"

#include <functional>

namespace landfall::reef::sim {

/// The management core (0), the compute cores, and DRAM in the host's memory,
/// where the firmware begins at its first byte. Deterministic: which core runs
/// next follows from their clocks alone. Belongs to one thread.
class Chip final : public Board {
public:
  /// `dram` holds the description's bytes and outlives the chip. `signal` is
  /// called when the firmware wants the host's attention.
  Chip(const ChipDescription &chip, uint8_t *dram,
       std::function<void()> signal);

  /// The host has rung.
  void doorbell();

  enum class Progress {
    ran,  ///< A core went on for a while.
    idle, ///< All wait for the host.
    dead, ///< The management core has stopped: see `fault(0)`.
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
  DramClock clock_;
  std::vector<std::unique_ptr<ChipCore>> cores_; ///< By number.
  std::deque<Message> events_;
  uint64_t next_tick_ = tick_cycles;
  uint64_t align_at_ = 0; ///< The round time that management sleeps for.
};

} // namespace landfall::reef::sim
