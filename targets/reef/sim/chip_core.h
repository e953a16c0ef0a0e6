//===- chip_core.h - A core and its peripherals ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/reef/chip/registers.h"
#include "targets/reef/sim/dma.h"
#include "targets/reef/sim/line_buffers.h"
#include "targets/reef/sim/zeros.h"

namespace landfall::reef::sim {

/// Mail or an event, and the cycle at which it arrives at a core.
struct Message {
  uint64_t value;
  uint64_t time;
};

/// The result of a register access. `until`: the cycle at which a blocked
/// access is retried; `never` if only a message can unblock it.
struct RegisterAnswer {
  static constexpr uint64_t never = ~uint64_t(0);
  riscv::HartPort::Access access = riscv::HartPort::Access::done;
  uint64_t until = never;
};

/// The interface through which cores use the rest of the chip.
class Board {
public:
  virtual ~Board() = default;
  virtual void event(ChipEvent kind, unsigned core, uint32_t value,
                     uint64_t now) = 0;
  /// The management core's own registers, by offset.
  virtual RegisterAnswer load(uint64_t offset, uint64_t &value) = 0;
  virtual RegisterAnswer store(uint64_t offset, uint64_t value) = 0;
  /// The cycle at which the next event can be taken.
  virtual uint64_t next_event() const = 0;
};

/// A hart, its scratchpad, registers, DMA channels and line buffers. Core 0 is
/// the management core: the same hart without a matrix unit.
class ChipCore final : public riscv::HartPort {
public:
  ChipCore(const ChipDescription &chip, unsigned number,
           riscv::MemoryRegion dram, sim_kit::DramClock &clock, Board &board);

  void reset();
  void forget_lines() { lines_.clear(); }
  void mail(Message message) { mail_.push_back(message); }

  /// The cycle at which it can continue; `never` while it waits for a message
  /// or has stopped.
  uint64_t ready_at() const;
  bool stopped() const { return stopped_; }
  /// Whether it waits for mail.
  bool idle() const { return waiting_ == Waiting::mail; }
  /// Runs from `ready_at()` for about `cycles` cycles. False: it has stopped.
  bool run(uint64_t cycles);

  uint64_t cycle() const { return hart_.cycle(); }
  /// The fault at which it stopped; if it has not, only the pc is set.
  riscv::Fault fault() const;
  /// The counters at cycle `now`; a waiting core counts as idle until then.
  CoreTelemetry telemetry(uint64_t now) const;

  Access load_register(uint64_t address, uint64_t &value) override;
  Access store_register(uint64_t address, uint64_t value) override;
  bool may_access(uint64_t address, uint64_t bytes, bool is_write) override;
  uint64_t dram_cycles(uint64_t address, uint64_t bytes, bool is_write,
                       uint64_t now) override;

private:
  enum class Waiting { nothing, mail, event, time };

  Access load_own(uint64_t offset, uint64_t &value);
  Access finish(RegisterAnswer answer, Waiting waiting);
  Access finish(Dma::Answer answer);
  bool may_manage(uint64_t address) const;

  const ChipDescription *chip_;
  unsigned number_;
  Board *board_;
  Zeros scratchpad_;
  riscv::Hart hart_;
  Dma dma_;
  LineBuffers lines_;
  uint64_t dram_bytes_;
  std::deque<Message> mail_;
  Waiting waiting_ = Waiting::nothing;
  uint64_t until_ = 0; ///< Waiting::time: the cycle at which it ends.
  bool stopped_ = false;
  bool transfers_race_ = false; ///< It stopped because two transfers race.
  uint64_t idle_ = 0;
};

} // namespace landfall::reef::sim
