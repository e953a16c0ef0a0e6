//===- scenario.h - What is done while faults are injected -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace landfall::faults {

/// How a case with a fault ended.
enum class Outcome : uint8_t {
  right,   ///< As without the fault.
  refused, ///< An error that names the fault; then the same works.
  wrong,   ///< Success with other results.
  lost,    ///< Another error, or what worked before does not work any more.
  hung,
  crashed,
};

/// The fault of one case.
struct Fault {
  uint64_t number = 0;  ///< Of the call that fails; 0: none does.
  bool goes_on = false; ///< So do all later ones.
  uint64_t seed = 0;    ///< For faults that are no calls.
};

struct Scenario {
  std::string name;
  /// Does the work with the fault, and checks what came of it. Runs in a
  /// process of its own. Sets `calls` to the number of calls that can fail, if
  /// it is not null. For each kind but `right` and `refused`, writes why to
  /// stderr.
  std::function<Outcome(const Fault &fault, uint64_t *calls)> run;
  /// Whether the fault is one of the calls; else it follows from the seed.
  bool fails_calls = true;
};

/// Compiles what the scenarios need, into `folder`.
std::vector<Scenario> scenarios(const std::string &folder);

} // namespace landfall::faults
