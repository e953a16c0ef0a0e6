//===- explanation.h - The data of `landfall explain` -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "apps/cli/commands/launch_profile.h"
#include "apps/cli/commands/machine_rates.h"

namespace landfall::cli {

/// What is known of a model before and after it ran.
struct Explanation {
  const CompiledModel *compiled;
  const PreparedInputs *inputs;
  std::optional<LaunchProfile> profile;
  Json package; ///< What lf_package_describe gives for "summary".
  /// Measured after the profile; none where the device is not this machine.
  std::optional<MachineRates> machine = {};

  const Json &kernels() const { return package["kernels"]; }
  LaunchTime time_of(uint32_t kernel) const {
    if (!profile || !profile->by_kernel.contains(kernel))
      return {};
    return profile->by_kernel.at(kernel);
  }
  double percent(double ms) const {
    bool has_time = profile && profile->total.ms > 0;
    return has_time ? ms / profile->total.ms * 100 : 0;
  }
};

/// Kernel numbers, the slowest first.
std::vector<uint32_t> by_time(const Explanation &about);
/// The slowest first.
std::vector<std::pair<std::string, LaunchTime>>
origins_by_time(const LaunchProfile &profile);

} // namespace landfall::cli
