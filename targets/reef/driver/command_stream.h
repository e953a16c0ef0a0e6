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

/// Identifies a command, also across restarts of the card, after which sequence
/// numbers begin again at 0.
struct Ticket {
  uint64_t sequence = 0;
  uint64_t power_on = 0; ///< The number of the power-on; 0: no command.
};

/// Writes commands to the command ring, reads completions, detects when the
/// card has died or the rings were damaged, and restarts it for the next
/// command. Thread-safe.
class CommandStream {
public:
  using Start = std::function<Result<std::unique_ptr<RunningCard>>()>;
  /// `start` starts a card on `memory`, which must outlive the stream.
  CommandStream(const std::string &name, const card::CardMemory &memory,
                Start start, std::chrono::seconds timeout)
      : name_(name), memory_(&memory), start_(std::move(start)),
        timeout_(timeout) {}

  /// Submits a command; its sequence number is set here. Waits while the ring
  /// is full.
  Result<Ticket> submit(Command command);
  /// Waits for the command's completion. Fails if the card has died, does not
  /// answer in time, or if rings or control words hold what neither side has
  /// written. Call it exactly once for each ticket.
  /// For lack of memory it fails, but does not throw.
  Result<Completion> wait(Ticket ticket);
  /// Stops the card; commands in flight fail. The next command restarts it.
  void reset();

  /// The id of the card's process; 0 if it has none.
  int process();

private:
  using Lock = std::unique_lock<std::mutex>;

  Status power_on();
  template <typename Why> Error give_up(const Why &why);
  Result<Completion> wait_for(Ticket ticket);
  bool left_unnoticed();
  std::string_view collect();
  std::string_view damage(uint64_t completed);
  Error give_up_damaged(std::string_view what);
  Status progress(Lock &lock);
  Status listen();
  Status check_heartbeat();

  const std::string name_;
  const card::CardMemory *memory_;
  Start start_;
  std::chrono::seconds timeout_;

  std::mutex mutex_;
  std::condition_variable heard_;
  bool listening_ = false; ///< A waiting thread reads the line for all others.
  std::unique_ptr<RunningCard> card_; ///< Null: not running.
  bool resetting_ = false;            ///< The card was stopped by `reset`.
  uint64_t power_ons_ = 0;
  Error last_failure_; ///< Why commands of earlier power-ons failed.
  uint64_t submitted_ = 0;
  uint64_t completed_ = 0;
  /// By sequence number, until somebody has waited for them.
  std::unordered_map<uint64_t, std::optional<Completion>> commands_;
  uint64_t heartbeat_ = 0;
  std::chrono::steady_clock::time_point last_sign_;
};

} // namespace landfall::reef
