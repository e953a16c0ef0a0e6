//===- core.h - A core of newchip ------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "sim_kit/durations.h"
#include "targets/newchip/chip/chip_description.h"
#include "targets/newchip/chip/instruction.h"

namespace landfall::newchip::sim {

/// Memories have the numbers of tile::Space, and behind them:
inline constexpr size_t dram_space = tile::space_count;

/// What a core's queues work with.
struct Units {
  ChipDescription chip;
  tile::Capabilities can;
  std::array<uint8_t *, tile::space_count + 1> memories = {};
  sim_kit::DramClock *dram = nullptr;
  uint64_t multiply_adds = 0; ///< So far, without padding.
};

/// What an instruction, whose fields are legal, does on its queue; `address` is
/// in DRAM.
std::unique_ptr<sim_kit::Work> make_work(const Instruction &fields,
                                         int64_t address, Units &units);

/// What fetches and decodes, and the queues.
class Core final : public sim_kit::QueueCore {
public:
  /// `dram` is that of the chip, and outlives the core, as the clock does.
  Core(const ChipDescription &chip, std::span<uint8_t> dram,
       sim_kit::DramClock &clock);
  void start(uint64_t address, uint64_t bytes,
             std::span<const uint64_t> operands, uint64_t now) override;
  sim_kit::QueueEngine &queues() override { return queues_; }
  uint64_t multiply_adds() const override { return units_.multiply_adds; }

private:
  Result<std::optional<sim_kit::Instruction>> fetch();
  bool is_legal(const Instruction &fields) const;
  Error wrong(std::string_view what) const;

  Units units_;
  std::span<uint8_t> dram_;
  std::vector<std::vector<uint8_t>> on_chip_;
  sim_kit::QueueEngine queues_;
  uint64_t program_ = 0; ///< Its address.
  uint64_t count_ = 0;   ///< Its instructions.
  uint64_t next_ = 0;    ///< The number of the instruction to fetch.
  std::array<uint64_t, address_registers> addresses_ = {};
};

} // namespace landfall::newchip::sim
