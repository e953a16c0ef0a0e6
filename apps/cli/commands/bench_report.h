//===- bench_report.h - What a benchmark found ------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "apps/cli/commands/device_counters.h"
#include "apps/cli/commands/launch_profile.h"
#include "apps/cli/commands/machine_rates.h"
#include "apps/cli/commands/opened_model.h"
#include "apps/cli/commands/rival.h"

namespace landfall::cli {

/// What was measured at one point of the sweep.
struct BenchPoint {
  PreparedInputs inputs;
  std::vector<double> times;
  std::vector<double> rival_times;
  std::optional<double> difference; ///< The largest over all outputs.
  /// The same from the model compiled without --precision, if that was given.
  std::optional<double> rounding_error;
  lf_statistics statistics = {};
  /// The counters of one run, if the device counts.
  std::optional<DeviceCounters> counters;
  /// Of one run; none if every kernel runs natively and no page is written.
  std::optional<LaunchProfile> profile;
};

// `rival` is null if there was none; `package` is its "summary".
void print_bench_text(const OpenedModel &opened, const Json &package,
                      const Rival *rival,
                      const std::vector<BenchPoint> &points);
/// `machine` is null unless it was measured; then each point has its work and
/// its share of the roofline.
Json bench_json(const OpenedModel &opened, const Json &package,
                const Rival *rival, const std::vector<BenchPoint> &points,
                const MachineRates *machine);

} // namespace landfall::cli
