//===- running_card.h - A running simulated card ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/reef/chip/chip_description.h"
#include "targets/reef/driver/card_memory.h"

namespace landfall::reef {

/// A simulated card that runs on a thread or in a process of its own. The
/// destructor stops it, whatever it is doing.
class RunningCard {
public:
  virtual ~RunningCard() = default;
  /// The host's end of the line (chip/card_line.h).
  virtual int line() const = 0;
  /// Its process id; 0 if it runs on a thread.
  virtual int process() const = 0;
  /// Stops it at once and closes its line.
  virtual void stop() = 0;
  /// Why it ended, after its line has closed: "was killed by signal 9".
  virtual std::string how_it_ended() = 0;
};

/// `memory` holds the firmware and must outlive the card.
Result<std::unique_ptr<RunningCard>> start_thread(const ChipDescription &chip,
                                                  const CardMemory &memory);
/// Runs the program landfall-reef-card from the directory of this program or
/// library.
Result<std::unique_ptr<RunningCard>> start_process(const ChipDescription &chip,
                                                   const CardMemory &memory);

} // namespace landfall::reef
