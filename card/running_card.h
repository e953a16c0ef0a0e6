//===- running_card.h - A running simulated card ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "card/card_memory.h"
#include "sim_kit/card_program.h"

#include <string>

namespace landfall::card {

/// A card that answers what stands in its rings (ring/protocol.h): a simulated
/// one runs on a thread of this process or in a process of its own. The host
/// talks to it through a pair of sockets (ring/card_line.h). The destructor
/// stops the card and waits for its end; work in progress is lost.
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

/// A simulated card.
struct CardSimulator {
  std::string_view target;  ///< "reef".
  std::string description;  ///< Of the chip, as text.
  sim_kit::RunCard run;     ///< What simulates it.
  bool own_process = false; ///< Where.
};

/// Starts a card whose DRAM is `memory`, which holds what it needs and must
/// outlive the card. In a process of its own it is the program
/// landfall-<target>-card, which is searched in the directory of this program
/// or library, and in ../bin and ../../bin relative to that.
Result<std::unique_ptr<RunningCard>> start_card(const CardSimulator &simulator,
                                                const CardMemory &memory);

// The two ways, for `start_card` and tests.
Result<std::unique_ptr<RunningCard>>
start_thread(const CardSimulator &simulator, const CardMemory &memory);
Result<std::unique_ptr<RunningCard>>
start_process(const CardSimulator &simulator, const CardMemory &memory);

} // namespace landfall::card
