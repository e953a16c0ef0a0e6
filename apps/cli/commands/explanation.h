//===- explanation.h - The data of `landfall explain` -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "apps/cli/commands/launch_profile.h"

#include <map>

namespace landfall::cli {

std::string_view class_name(KernelClass kind);

/// For each kernel, the model nodes that each of its launches computes at once,
/// as "a+b", in the order of the program.
std::vector<std::vector<std::string>> fused_groups(const Package &package);

size_t launches_in(const Package &package);
size_t nodes_in(const Package &package);

/// An operator on sequences, optionals, maps or text.
struct HostStep {
  std::string function;
  std::string origin;
};

std::vector<HostStep> host_steps(const Program &program);

/// The narrow reals that a kernel computes in a wider type, and which.
std::map<DType, DType> computed_as(const Kernel &kernel);

/// What is known of a model before and after it ran.
struct Explanation {
  const OpenedModel *opened;
  const PreparedInputs *inputs;
  std::optional<LaunchProfile> profile;
  std::vector<std::vector<std::string>> groups; ///< See fused_groups.

  const Package &package() const { return *opened->package; }
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
