//===- device.cpp - Finding a device by name ------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/device.h"

#include <fmt/format.h>

namespace landfall {

Result<DeviceCounters> Device::counters() {
  return Error{ErrorCode::unsupported, "The device does not count."};
}

DeviceCounters difference(const DeviceCounters &after,
                          const DeviceCounters &before) {
  DeviceCounters result = after;
  result.cycles -= before.cycles;
  result.instructions -= before.instructions;
  result.multiply_adds -= before.multiply_adds;
  result.memory_bytes -= before.memory_bytes;
  for (size_t k = 0; k < result.engines.size() && k < before.engines.size();
       ++k) {
    result.engines[k].busy -= before.engines[k].busy;
    result.engines[k].stalled -= before.engines[k].stalled;
  }
  return result;
}

Result<const Driver *> find_driver(std::string_view device) {
  std::string known;
  for (const Driver &driver : drivers()) {
    std::string_view before = device.substr(0, device.find(':'));
    if (before == driver.name)
      return &driver;
    for (const std::string &name : driver.devices()) {
      if (name == device)
        return &driver;
      known += fmt::format("{}'{}'", known.empty() ? "" : ", ", name);
    }
  }
  return Error{ErrorCode::invalid_argument,
               fmt::format("There is no device '{}'; this build has {}.",
                           device, known.empty() ? "none" : known)};
}

Result<std::unique_ptr<Device>> create_device(std::string_view name,
                                              const DeviceOptions &options) {
  const Driver &driver = *TRY(find_driver(name));
  if (name == driver.name)
    return driver.create(driver.devices().front(), options);
  return driver.create(name, options);
}

} // namespace landfall
