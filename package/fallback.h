//===- fallback.h - Kernels that run elsewhere -----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace landfall {

/// A kernel of a package that its target does not run natively. The runtime
/// executes it: on the device's own slow path if there is one, else on the host
/// (runtime/host_fallback.h).
struct Fallback {
  uint32_t kernel = 0; ///< The number of the kernel in the package.
  std::string reason;  ///< A clause to follow "because".
  /// Whether Package::fallback_code has machine code for it. The host
  /// interprets the description where there is none, or none that it can run.
  bool has_code = false;
  friend bool operator==(const Fallback &, const Fallback &) = default;
};

/// The entry for the kernel; null: it runs natively. `fallbacks` are in the
/// order of their kernels.
const Fallback *find_fallback(std::span<const Fallback> fallbacks,
                              uint32_t kernel);

} // namespace landfall
