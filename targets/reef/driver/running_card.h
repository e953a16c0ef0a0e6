//===- running_card.h - A card that has power ------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/reef/chip/chip_description.h"
#include "targets/reef/driver/card_memory.h"

namespace landfall::reef {

/// A simulated card at work, on a thread or in a process of its own. Ends with
/// the object, whatever it is doing.
class RunningCard {
public:
  virtual ~RunningCard() = default;
  /// The host's end of the line (chip/card_line.h).
  virtual int line() const = 0;
  /// Its process, or 0 on a thread.
  virtual int process() const = 0;
  /// Ends it at once; its line closes.
  virtual void stop() = 0;
  /// After the line has closed: "was killed by signal 9".
  virtual std::string how_it_ended() = 0;
};

/// The memory holds the firmware and outlives the card.
Result<std::unique_ptr<RunningCard>> start_thread(const ChipDescription &chip,
                                                  const CardMemory &memory);
/// Runs landfall-reef-card, which lies beside this program or library.
Result<std::unique_ptr<RunningCard>> start_process(const ChipDescription &chip,
                                                   const CardMemory &memory);

} // namespace landfall::reef
