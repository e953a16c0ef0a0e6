//===- card.h - What device, queues and kernels share ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "card/command_stream.h"
#include "card/owner_process.h"
#include "runtime/device.h"
#include "runtime/device_heap.h"

#include <bitset>

namespace landfall::card {

/// A launch until it has completed.
struct Launch {
  const Kernel *kernel = nullptr; ///< For errors.
  /// Heap memory that it needs, released with it: its address, which is the
  /// command's.
  uint64_t record = 0;
  uint64_t code_base = 0;           ///< For errors: where its code begins.
  std::shared_ptr<const void> keep; ///< Until it has completed.
};

/// A card and the host's state for it, shared by device, queues and
/// executables; drivers say what is their chip's own. Thread-safe.
class Card {
public:
  virtual ~Card() = default;
  Card(const Card &) = delete;
  Card &operator=(const Card &) = delete;

  const std::string name; ///< The device's.
  const std::unique_ptr<CardMemory> memory;
  runtime::DeviceHeap heap;
  CommandStream commands;

  /// Whether this process has opened the card, and is no fork of it.
  bool is_ours() const { return owner_.is_this(); }
  /// The error of a process that has not.
  Status check_owner() const;

  /// An unused queue number.
  Result<uint16_t> take_queue();
  void give_queue(uint16_t number);

  /// Has the card write its counters, at most `bytes`, once all commands
  /// submitted so far are done; `decode` reads them, with the cycles that
  /// commands took.
  Status count(
      uint64_t bytes,
      const std::function<void(const uint8_t *record, int64_t cycles)> &decode);

  /// The error of a launch that completed with another status than `ok`,
  /// `skipped` or `bad_command`.
  virtual Error launch_error(const Launch &launch,
                             const ring::Completion &completion) const = 0;
  /// Makes room for a launch that needs so much scratch memory per core.
  virtual Status make_scratch(const Launch &launch, int64_t bytes);
  /// Writes into the launch's record where scratch memory is now.
  virtual void use_scratch(const Launch &) {}

protected:
  /// The heap is from `heap_begin` on to the end of memory.
  Card(std::unique_ptr<CardMemory> memory, uint64_t heap_begin,
       CommandStream::Kind kind);

private:
  OwnerProcess owner_;
  std::mutex queues_mutex_;
  std::bitset<ring::queue_limit> queues_;
};

/// `options.timeout_seconds`, or the error for one that is too short.
Result<std::chrono::seconds> timeout_of(const runtime::DeviceOptions &options);

} // namespace landfall::card
