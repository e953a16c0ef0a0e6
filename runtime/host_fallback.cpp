//===- host_fallback.cpp - Kernels that the host executes -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/host_fallback.h"
#include "runtime/device.h"

namespace landfall::runtime {

std::string_view name(LaunchPlace place) {
  static constexpr std::string_view names[] = {"device", "slow_path",
                                               "host_code", "interpreter"};
  return names[static_cast<size_t>(place)];
}

FallbackCount difference(const FallbackCount &after,
                         const FallbackCount &before) {
  return {after.launches - before.launches, after.ms - before.ms,
          after.bytes_read - before.bytes_read,
          after.bytes_written - before.bytes_written};
}

HostFallback::HostFallback() = default;
HostFallback::~HostFallback() = default;

Result<std::unique_ptr<HostFallback>> HostFallback::load(const Package &package,
                                                         int threads) {
  std::unique_ptr<HostFallback> fallback(new HostFallback);
  if (package.fallback_code.empty())
    return fallback;
  std::string_view target = package.fallback_code.front().target;
  if (!find_driver(target))
    return fallback;
  Package &host = fallback->host_package_;
  host.target = target;
  host.code = package.fallback_code;
  std::unordered_map<uint32_t, uint32_t> numbers;
  for (const Fallback &each : package.fallbacks) {
    if (!each.has_code)
      continue;
    numbers[each.kernel] = uint32_t(host.kernels.size());
    host.kernels.push_back(package.kernels[each.kernel]);
  }
  DeviceOptions options;
  options.threads = threads;
  fallback->device_ = TRY(create_device(target, options));
  auto code = fallback->device_->load(host);
  if (code) {
    fallback->code_ = code.take();
    fallback->numbers_ = std::move(numbers);
    return fallback;
  }
  // The package is for other machines than this one.
  if (code.error().code == ErrorCode::unsupported)
    return fallback;
  return code.take_error();
}

void HostFallback::add_weight(const DeviceMemory &memory,
                              std::span<const uint8_t> bytes) {
  weights_[memory.handle] = bytes;
}

std::span<const uint8_t>
HostFallback::weight(const DeviceMemory &memory) const {
  auto at = weights_.find(memory.handle);
  return at == weights_.end() ? std::span<const uint8_t>() : at->second;
}

} // namespace landfall::runtime
