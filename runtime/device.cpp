//===- device.cpp - Finding a device by name ------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/device.h"

#include <fmt/format.h>

namespace landfall {

Result<std::unique_ptr<Device>> create_device(std::string_view name,
                                              const DeviceOptions &options) {
  std::string known;
  for (const Driver &driver : drivers()) {
    if (driver.name == name)
      return driver.create(options);
    known += fmt::format("{}'{}'", known.empty() ? "" : ", ", driver.name);
  }
  return Error{ErrorCode::invalid_argument,
               fmt::format("There is no device '{}'; this build has {}.", name,
                           known.empty() ? "none" : known)};
}

} // namespace landfall
