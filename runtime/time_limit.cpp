//===- time_limit.cpp - Runs that end in time -----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/time_limit.h"

#include <algorithm>
#include <fmt/format.h>
#include <system_error>

namespace landfall::runtime {

Status TimeLimit::start() {
  if (seconds_ == 0)
    return {};
  try {
    thread_ = std::thread([this] { wait(); });
  } catch (const std::system_error &problem) {
    return Error{ErrorCode::out_of_memory,
                 fmt::format("the system gives no thread to watch the time of "
                             "the run: {}",
                             problem.what())};
  }
  return {};
}

void TimeLimit::wait() {
  constexpr double longest = 1e9; // What a clock can count, with room.
  std::chrono::duration<double> time(std::min(seconds_, longest));
  std::unique_lock lock(mutex_);
  if (stopping_.wait_for(lock, time, [&] { return is_stopped_; }))
    return;
  is_up_ = true;
  cancelled_ = true;
}

bool TimeLimit::stop() {
  if (!thread_.joinable())
    return is_up_;
  {
    std::lock_guard lock(mutex_);
    is_stopped_ = true;
  }
  stopping_.notify_all();
  thread_.join();
  return is_up_;
}

Error TimeLimit::error() const {
  return {ErrorCode::cancelled,
          fmt::format("the run was ended as its time limit of {} s was up; "
                      "raise the limit, or give it smaller inputs",
                      seconds_)};
}

} // namespace landfall::runtime
