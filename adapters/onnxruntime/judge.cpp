//===- judge.cpp - Whether the provider should step aside -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "adapters/onnxruntime/judge.h"

#include <fmt/format.h>

namespace landfall::onnxruntime {

Judge::State Judge::state() const {
  std::lock_guard lock(mutex_);
  return state_;
}

std::shared_ptr<Reference> Judge::reference() const {
  std::lock_guard lock(mutex_);
  return reference_;
}

void Judge::add_run(double distance, const std::string &output, double landfall,
                    double onnxruntime) {
  if (distance > tolerance_) {
    step_aside(fmt::format("output '{}' differs from onnxruntime's by {:.3g} "
                           "of its largest element, more than {:.3g} "
                           "(check_tolerance)",
                           output, distance, tolerance_));
    return;
  }
  std::lock_guard lock(mutex_);
  if (state_ != State::checking)
    return;
  --runs_left_;
  if (is_warm_ || runs_left_ == 0) {
    landfall_seconds_ += landfall;
    onnxruntime_seconds_ += onnxruntime;
  }
  is_warm_ = true;
  if (runs_left_ == 0)
    decide();
}

void Judge::decide() {
  double speed = onnxruntime_seconds_ / landfall_seconds_;
  if (speed < speed_) {
    state_ = State::aside;
    log_.write(log_warning,
               fmt::format("steps aside for '{}': its speed is {:.3g} times "
                           "onnxruntime's, less than {:.3g} (check_speed)",
                           name_, speed, speed_));
    return;
  }
  state_ = State::accepted;
  reference_ = nullptr;
  log_.write(log_info,
             fmt::format("the first runs of '{}' agree with onnxruntime's, "
                         "with {:.3g} times its speed",
                         name_, speed));
}

void Judge::step_aside(const std::string &reason) {
  std::lock_guard lock(mutex_);
  if (state_ != State::checking)
    return;
  state_ = State::aside;
  log_.write(log_warning,
             fmt::format("steps aside for '{}': {}", name_, reason));
}

} // namespace landfall::onnxruntime
