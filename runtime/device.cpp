//===- device.cpp - Finding a device by name ------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/device.h"

#include <fmt/format.h>

namespace landfall {

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
