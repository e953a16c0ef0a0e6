//===- command_stream.h - The rings between host and card ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "card/running_card.h"
#include "ring/protocol.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace landfall::card {

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
  /// What is to be known of a card.
  struct Kind {
    std::string name;     ///< For errors.
    uint64_t control = 0; ///< The address of its control words.
    /// Brings its memory into the state at power-on, but for control words and
    /// rings, and starts it. What new memory holds are zeros, except when it
    /// `is_restart`.
    std::function<Result<std::unique_ptr<RunningCard>>(bool is_restart)> start;
    /// What a cause is in words (CardMessage::cause): "illegal instruction".
    /// Null: the card sends none.
    std::string (*cause_text)(uint32_t cause) = nullptr;
    /// Without a heartbeat for so long, the card is turned off.
    std::chrono::seconds timeout{60};
  };
  /// `memory` is the card's, and must outlive the stream.
  CommandStream(Kind kind, const CardMemory &memory)
      : kind_(std::move(kind)), memory_(&memory) {}

  /// Submits a command; its sequence number is set here. Waits while the ring
  /// is full.
  Result<Ticket> submit(ring::Command command);
  /// Waits for the command's completion. Fails if the card has died, does not
  /// answer in time, or if rings or control words hold what neither side has
  /// written. Call it exactly once for each ticket.
  /// For lack of memory it fails, but does not throw. Once `stop` (null: never)
  /// is true, the card may leave out the command, which `queue` has submitted,
  /// and those before it: nobody reads their results.
  Result<ring::Completion> wait(Ticket ticket,
                                const std::atomic<bool> *stop = nullptr,
                                uint16_t queue = 0);
  /// Stops the card; commands in flight fail. The next command restarts it.
  void reset();

  /// The id of the card's process; 0 if it has none.
  int process();

private:
  using Lock = std::unique_lock<std::mutex>;

  Status power_on();
  template <typename Why> Error give_up(const Why &why);
  Result<ring::Completion>
  wait_for(Ticket ticket, const std::atomic<bool> *stop, uint16_t queue);
  ring::Control &control() const {
    return *memory_->at<ring::Control>(kind_.control);
  }
  bool left_unnoticed();
  std::string_view collect();
  std::string_view damage(uint64_t completed);
  Error give_up_damaged(std::string_view what);
  Status progress(Lock &lock);
  Status listen();
  Status check_heartbeat();

  const Kind kind_;
  const CardMemory *memory_;

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
  std::unordered_map<uint64_t, std::optional<ring::Completion>> commands_;
  uint64_t heartbeat_ = 0;
  std::chrono::steady_clock::time_point last_sign_;
};

} // namespace landfall::card
