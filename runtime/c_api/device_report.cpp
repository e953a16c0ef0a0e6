//===- device_report.cpp - What a device says of itself, as JSON ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/c_api/device_report.h"

namespace landfall::c_api {

using Json = nlohmann::ordered_json;

Result<std::string> device_text(std::string_view device_name,
                                const runtime::Device &device) {
  const runtime::Driver &driver = *TRY(runtime::find_driver(device_name));
  runtime::DeviceDescription about = device.describe();
  Json json = {{"name", about.name},
               {"target", driver.name},
               {"simulated", driver.simulated},
               {"hardware", about.hardware},
               {"threads", about.threads},
               {"memory_bytes", about.memory_bytes},
               {"details", about.details},
               {"peaks", Json::object()}};
  for (const runtime::PeakRate &peak : about.peaks)
    json["peaks"][std::string(name(peak.dtype))] = peak.multiply_adds;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json counters_json(const runtime::DeviceCounters &counters) {
  Json json = {{"cycles", counters.cycles},
               {"hertz", counters.hertz},
               {"instructions", counters.instructions},
               {"multiply_adds", counters.multiply_adds},
               {"memory_bytes", counters.memory_bytes},
               {"engines", Json::array()}};
  for (const runtime::EngineCounter &engine : counters.engines)
    json["engines"].push_back({{"name", engine.name},
                               {"units", engine.units},
                               {"busy", engine.busy},
                               {"stalled", engine.stalled}});
  return json;
}

} // namespace landfall::c_api
