//===- placement_report.h - Which kernels run where, and why ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "apps/cli/commands/launch_profile.h"

namespace landfall::cli {

/// Whether the target runs all kernels of the package natively, and refused the
/// sizes of no launch of the profile (null here and below: there is none).
/// `package` is here and below what lf_package_describe gives for "summary".
bool is_native(const Json &package, const LaunchProfile *profile);

/// The device part of a report's first line: "every kernel runs there" or "5 of
/// 17 kernels fall back".
std::string placement_text(const Json &package, const LaunchProfile *profile);

/// Two or more lines for a person: the shares of kernels, bytes and time of
/// what falls back, and each reason; without a profile, of kernels only. Empty
/// if everything runs natively.
std::string fallback_text(const Json &package, const LaunchProfile *profile);

/// {"native": shares, "fallback": shares, "reasons": [{"reason", shares}]},
/// with shares {"kernels", "kernel_share"} and, with a profile, {"bytes_share",
/// "multiply_add_share", "time_share", "copied_bytes"}; shares are from 0 to 1,
/// bytes of one run.
Json placement_json(const Json &package, const LaunchProfile *profile);

} // namespace landfall::cli
