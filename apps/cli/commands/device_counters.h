//===- device_counters.h - What a device counts -----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "apps/cli/report/json.h"

#include <landfall/landfall.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace landfall::cli {

/// What a kind of engine did, in the device's cycles and over all units of it.
struct EngineCounter {
  std::string name; ///< "matrix".
  uint64_t units = 0;
  uint64_t busy = 0;
  uint64_t stalled = 0; ///< Had work, and waited for another engine.
};

/// What lf_model_counters gives.
struct DeviceCounters {
  uint64_t cycles = 0; ///< Of the device's clock, while it had work.
  double hertz = 0;
  uint64_t instructions = 0;
  uint64_t multiply_adds = 0; ///< Useful ones, of matrix engines.
  uint64_t memory_bytes = 0;  ///< Moved to and from device memory.
  std::vector<EngineCounter> engines;
};

DeviceCounters parse_counters(const Json &json);

/// Nothing where the device does not count.
std::optional<DeviceCounters> counters_of(const lf::Model &model);

/// What happened between two readings of one device.
DeviceCounters difference(const DeviceCounters &after,
                          const DeviceCounters &before);

} // namespace landfall::cli
