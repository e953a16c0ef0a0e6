//===- launch_profile.h - Where the time of a run goes ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "apps/cli/commands/opened_model.h"

#include <map>

namespace landfall::cli {

struct LaunchTime {
  double ms = 0; ///< Per run.
  double launches = 0;
  /// Of all profiled runs together, where the device counts.
  std::optional<runtime::DeviceCounters> counters = {};
  /// Multiply-adds that the device's peak allows in the cycles of contractions.
  double possible = 0;
};

/// Times per run, the mean of some runs. Each launch is waited for, so the sum
/// may exceed what a run takes.
struct LaunchProfile {
  std::map<uint32_t, LaunchTime> by_kernel;
  /// By the model nodes that an instruction of the program came from.
  std::map<std::string, LaunchTime> by_origin;
  LaunchTime total;                  ///< Of all launches.
  int runs = 0;                      ///< That were profiled.
  runtime::RunStatistics statistics; ///< Of a run without profiling.
};

/// The model nodes that an instruction belongs to, "a+b"; "" if unknown.
std::string origin_of(const Program &program, uint32_t instruction);

/// Runs once to warm up and once for the statistics, then `repeat` times.
Result<LaunchProfile> profile(OpenedModel &opened, const PreparedInputs &inputs,
                              const std::string &entry, int repeat);

} // namespace landfall::cli
