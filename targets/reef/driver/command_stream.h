//===- command_stream.h - The rings between host and firmware --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/reef/driver/running_card.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace landfall::reef {

/// Names one command for good: sequences begin anew when a card is restarted.
struct Ticket {
  uint64_t sequence = 0;
  uint64_t power_on = 0; ///< Which one; 0: no command.
};

/// Writes commands, collects completions, notices when the card is gone, and
/// restarts it for the next command. Thread-safe.
class CommandStream {
public:
  using Start = std::function<Result<std::unique_ptr<RunningCard>>()>;
  /// `start` gives power to the card of this memory; both outlive the stream.
  CommandStream(const std::string &name, const CardMemory &memory, Start start,
                std::chrono::seconds timeout)
      : name_(name), memory_(&memory), start_(std::move(start)),
        timeout_(timeout) {}

  /// Fills in the sequence. Waits while the ring is full.
  Result<Ticket> submit(Command command);
  /// Waits for it. Fails if its card has died or does not answer. To be asked
  /// once for each ticket.
  Result<Completion> wait(Ticket ticket);
  /// Takes power away; what is under way fails. The next command restarts.
  void reset();

  /// The card's process now, or 0.
  int process();

private:
  using Lock = std::unique_lock<std::mutex>;

  Status power_on();
  Error give_up(std::string why);
  bool left_unnoticed();
  void collect();
  Status progress(Lock &lock);
  Status listen();
  Status check_heartbeat();

  const std::string name_;
  const CardMemory *memory_;
  Start start_;
  std::chrono::seconds timeout_;

  std::mutex mutex_;
  std::condition_variable heard_;
  bool listening_ = false;            ///< One thread listens for all that wait.
  std::unique_ptr<RunningCard> card_; ///< None: no power.
  bool resetting_ = false;            ///< It was stopped by us.
  uint64_t power_ons_ = 0;
  Error last_failure_; ///< Why commands of earlier power-ons failed.
  uint64_t submitted_ = 0;
  uint64_t completed_ = 0;
  std::unordered_map<uint64_t, Completion> completions_;
  uint64_t heartbeat_ = 0;
  std::chrono::steady_clock::time_point last_sign_;
};

} // namespace landfall::reef
