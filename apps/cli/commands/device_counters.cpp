//===- device_counters.cpp - What a device counts -------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/device_counters.h"

#include "apps/cli/report/attempt.h"

namespace landfall::cli {

DeviceCounters parse_counters(const Json &json) {
  DeviceCounters counters;
  counters.cycles = json["cycles"];
  counters.hertz = json["hertz"];
  counters.instructions = json["instructions"];
  counters.multiply_adds = json["multiply_adds"];
  counters.memory_bytes = json["memory_bytes"];
  for (const Json &engine : json["engines"])
    counters.engines.push_back(
        {engine["name"], engine["units"], engine["busy"], engine["stalled"]});
  return counters;
}

std::optional<DeviceCounters> counters_of(const lf::Model &model) {
  auto text = attempt([&] { return model.counters(); });
  if (!text)
    return std::nullopt;
  return parse_counters(Json::parse(*text));
}

DeviceCounters difference(const DeviceCounters &after,
                          const DeviceCounters &before) {
  DeviceCounters result = after;
  result.cycles -= before.cycles;
  result.instructions -= before.instructions;
  result.multiply_adds -= before.multiply_adds;
  result.memory_bytes -= before.memory_bytes;
  for (size_t i = 0; i < result.engines.size() && i < before.engines.size();
       ++i) {
    result.engines[i].busy -= before.engines[i].busy;
    result.engines[i].stalled -= before.engines[i].stalled;
  }
  return result;
}

} // namespace landfall::cli
