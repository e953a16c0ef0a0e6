//===- judge.h - Whether the provider should step aside ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "adapters/onnxruntime/log.h"
#include "adapters/onnxruntime/options.h"
#include "adapters/onnxruntime/reference.h"

#include <memory>
#include <mutex>
#include <string>

namespace landfall::onnxruntime {

/// Compares the first runs of a part with ONNX Runtime's own (the options
/// check_runs, check_tolerance and check_speed). May be used by several runs at
/// once.
class Judge {
public:
  /// `name`: the part's, for the log.
  Judge(const Options &options, const Log &log, std::string name,
        std::shared_ptr<Reference> reference)
      : log_(log), name_(std::move(name)), runs_left_(options.check_runs),
        tolerance_(options.check_tolerance), speed_(options.check_speed),
        reference_(std::move(reference)) {}

  enum class State { checking, accepted, aside };
  State state() const;
  /// NULL once the part is accepted.
  std::shared_ptr<Reference> reference() const;

  /// Says how a run went: the largest distance of an output, and seconds. When
  /// the last of them is in, the part is accepted, or steps aside.
  void add_run(double distance, const std::string &output, double landfall,
               double onnxruntime);
  /// From now on ONNX Runtime computes the part; the log says why.
  void step_aside(const std::string &reason);

private:
  void decide();

  Log log_;
  std::string name_;
  mutable std::mutex mutex_;
  int64_t runs_left_;
  bool is_warm_ = false; ///< The first of several runs says nothing of speed.
  double tolerance_, speed_;
  double landfall_seconds_ = 0, onnxruntime_seconds_ = 0;
  State state_ = State::checking;
  std::shared_ptr<Reference> reference_;
};

} // namespace landfall::onnxruntime
