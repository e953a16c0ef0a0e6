//===- device.cpp - Finding a device by name ------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/device.h"

#include <algorithm>
#include <fmt/format.h>

namespace landfall::runtime {

LaunchPlace Executable::where(uint32_t kernel) const {
  if (!find_fallback(fallbacks_, kernel))
    return LaunchPlace::device;
  return on_host(kernel) ? fallback_->place(kernel) : LaunchPlace::slow_path;
}

Result<std::unique_ptr<Executable>> Device::load(const Package &package) {
  std::unique_ptr<Executable> executable = TRY(do_load(package));
  executable->fallbacks_ = package.fallbacks;
  bool all_here =
      std::ranges::all_of(package.fallbacks, [&](const Fallback &each) {
        return executable->has_slow_path(each.kernel);
      });
  if (!all_here || executable->may_refuse_sizes())
    executable->fallback_ = TRY(HostFallback::load(package, host_threads_));
  return executable;
}

Result<DeviceCounters> Device::counters() {
  return Error{ErrorCode::unsupported, "the device does not count"};
}

namespace {

/// `a` + sign * `b`, where both count the same engines.
DeviceCounters combine(const DeviceCounters &a, const DeviceCounters &b,
                       int sign) {
  DeviceCounters result = a;
  result.cycles += sign * b.cycles;
  result.instructions += sign * b.instructions;
  result.multiply_adds += sign * b.multiply_adds;
  result.memory_bytes += sign * b.memory_bytes;
  for (size_t k = 0; k < result.engines.size() && k < b.engines.size(); ++k) {
    result.engines[k].busy += sign * b.engines[k].busy;
    result.engines[k].stalled += sign * b.engines[k].stalled;
  }
  return result;
}

} // namespace

DeviceCounters difference(const DeviceCounters &after,
                          const DeviceCounters &before) {
  return combine(after, before, -1);
}

DeviceCounters sum(const DeviceCounters &a, const DeviceCounters &b) {
  return combine(a, b, 1);
}

Result<const Driver *> find_driver(std::string_view device) {
  std::string known;
  std::string_view before = device.substr(0, device.find(':'));
  for (const Driver &driver : drivers()) {
    if (before == driver.name && before != device && !driver.takes_argument)
      return Error{ErrorCode::invalid_argument,
                   fmt::format("device '{}': '{}' takes no description of a "
                               "device; leave ':' and what follows out",
                               device, before)};
    if (before == driver.name)
      return &driver;
    for (const std::string &name : driver.devices()) {
      if (name == device)
        return &driver;
      known += fmt::format("{}'{}'", known.empty() ? "" : ", ", name);
    }
  }
  return Error{ErrorCode::invalid_argument,
               fmt::format("there is no device '{}'; this build has {}", device,
                           known.empty() ? "none" : known)};
}

Result<std::unique_ptr<Device>> create_device(std::string_view name,
                                              const DeviceOptions &options) {
  const Driver &driver = *TRY(find_driver(name));
  std::string chosen =
      name == driver.name ? driver.devices().front() : std::string(name);
  std::unique_ptr<Device> device = TRY(driver.create(chosen, options));
  device->host_threads_ = options.threads;
  return device;
}

} // namespace landfall::runtime
