//===- time_limit.h - Runs that end in time --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace landfall::runtime {

/// A timer, on a thread of its own, that cancels a run when its time is up.
class TimeLimit {
public:
  /// `cancelled` becomes true after that many seconds; it must outlive the
  /// timer. 0 seconds: never, and there is no thread.
  TimeLimit(double seconds, std::atomic<bool> &cancelled)
      : seconds_(seconds), cancelled_(cancelled) {}
  ~TimeLimit() { stop(); }
  TimeLimit(const TimeLimit &) = delete;
  TimeLimit &operator=(const TimeLimit &) = delete;

  /// Fails with `out_of_memory` if the system gives no thread.
  Status start();
  /// From now on `cancelled` is left alone. Whether the time was up.
  bool stop();
  /// The error of a run whose time was up.
  Error error() const;

private:
  void wait();

  const double seconds_;
  std::atomic<bool> &cancelled_;
  std::mutex mutex_;
  std::condition_variable stopping_;
  bool is_stopped_ = false;
  bool is_up_ = false;
  std::thread thread_;
};

} // namespace landfall::runtime
