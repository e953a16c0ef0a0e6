//===- running_card.h - A running simulated card ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "card/card_memory.h"
#include "targets/reef/chip/chip_description.h"
#include "targets/reef/firmware/protocol.h"

namespace landfall::reef {

/// A simulated card that runs on a thread of this process or in a process of
/// its own. The host talks to it through a pair of sockets (chip/card_line.h).
/// The destructor stops the card and waits for its end; work in progress is
/// lost.
class RunningCard {
public:
  virtual ~RunningCard() = default;
  /// The file descriptor of the host's socket, which this object owns. The card
  /// closes its socket when it ends.
  virtual int socket() const = 0;
  /// The card's process id; 0 if it runs on a thread.
  virtual int process() const = 0;
  /// Stops the card at once, which closes its socket.
  virtual void stop() = 0;
  /// Why the card ended, to follow its name: "was killed by signal 9". To be
  /// called after its socket has closed.
  virtual std::string how_it_ended() = 0;
};

/// Starts a card on a thread. `memory` is the card's DRAM, which holds the
/// firmware; it must outlive the card.
Result<std::unique_ptr<RunningCard>>
start_thread(const ChipDescription &chip, const card::CardMemory &memory);
/// Starts a card in a process of its own: the program landfall-reef-card, which
/// is searched in the directory of this program or library, and in ../bin and
/// ../../bin relative to that.
Result<std::unique_ptr<RunningCard>>
start_process(const ChipDescription &chip, const card::CardMemory &memory);

} // namespace landfall::reef
