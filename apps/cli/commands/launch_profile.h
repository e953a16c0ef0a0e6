//===- launch_profile.h - Where the time of a run goes ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "apps/cli/commands/device_counters.h"
#include "apps/cli/commands/opened_model.h"

#include <map>

namespace landfall::cli {

struct LaunchTime {
  double ms = 0; ///< Per run.
  double launches = 0;
  /// The counters of all profiled runs together, if the device counts.
  std::optional<DeviceCounters> counters = {};
  /// Multiply-adds that the device's peak allows in the cycles of contractions.
  double possible = 0;
  double multiply_adds = 0; ///< Of sums of products, per run.
  double bytes = 0;         ///< Of operands, each once a launch; per run.
  /// Copied between device and host by launches on the host, per run.
  double copied_bytes = 0;
};

/// Launches of a kernel whose sizes the device refused: the host interpreted
/// them.
struct RefusedLaunches {
  uint32_t kernel = 0;
  std::string reason; ///< A clause to follow "because".
  LaunchTime time;
};

/// Times per run, averaged over several runs. Each launch is waited for, so the
/// sum may exceed the time of a normal run.
struct LaunchProfile {
  std::map<uint32_t, LaunchTime> by_kernel;
  /// Key: the model nodes that an instruction of the program came from, "a+b".
  std::map<std::string, LaunchTime> by_origin;
  /// Key: where launches were executed (lf_session_profile).
  std::map<std::string, LaunchTime> by_place;
  std::vector<RefusedLaunches> refused;
  LaunchTime total;              ///< The sum over all launches.
  int runs = 0;                  ///< The number of profiled runs.
  lf_statistics statistics = {}; ///< Measured without profiling.
};

/// Runs once to warm up and once for the statistics, then `repeat` times.
Result<LaunchProfile> profile(OpenedModel &opened, const PreparedInputs &inputs,
                              const std::string &entry, int repeat);

} // namespace landfall::cli
