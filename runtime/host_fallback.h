//===- host_fallback.h - Kernels that the host executes --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/package.h"

#include <memory>
#include <unordered_map>

namespace landfall::runtime {

class Device;
class Executable;
struct DeviceMemory;

/// Where a launch is executed.
enum class LaunchPlace : uint8_t {
  device,      ///< By the code that the target generated.
  slow_path,   ///< On the device, by other means (Executable::has_slow_path).
  host_code,   ///< On the host, by machine code of the package.
  interpreter, ///< On the host, by the interpreter of descriptions.
};
/// "device", "slow_path", "host_code", "interpreter".
std::string_view name(LaunchPlace place);

/// What a queue's launches on the host have done since the queue was made.
struct FallbackCount {
  uint64_t launches = 0;
  double ms = 0;              ///< Copies and computation.
  uint64_t bytes_read = 0;    ///< Copied from the device.
  uint64_t bytes_written = 0; ///< Copied to the device.
};

/// What was done between two readings of one queue.
FallbackCount difference(const FallbackCount &after,
                         const FallbackCount &before);

/// The fallbacks of one package, ready to run on the host. Immutable once the
/// model is loaded, and then thread-safe. The package must outlive it.
class HostFallback {
public:
  /// Loads the package's code for fallbacks with the driver that it is for, on
  /// so many threads (0: as many as CPUs). Kernels without code that this
  /// machine can run are interpreted, all of them where this build lacks the
  /// driver.
  static Result<std::unique_ptr<HostFallback>> load(const Package &package,
                                                    int threads);
  ~HostFallback();

  LaunchPlace place(uint32_t kernel) const {
    return has_code(kernel) ? LaunchPlace::host_code : LaunchPlace::interpreter;
  }
  bool has_code(uint32_t kernel) const { return numbers_.contains(kernel); }
  /// The device of the code, and the kernel's number there.
  Device &device() const { return *device_; }
  const Executable &code() const { return *code_; }
  uint32_t number(uint32_t kernel) const { return numbers_.at(kernel); }

  /// The memory holds these bytes for good, so launches need not copy them from
  /// the device. They must outlive this.
  void add_weight(const DeviceMemory &memory, std::span<const uint8_t> bytes);
  /// The bytes of the memory; empty if it was not added.
  std::span<const uint8_t> weight(const DeviceMemory &memory) const;

private:
  HostFallback();

  Package host_package_; ///< The kernels that have code, and it.
  std::unordered_map<uint32_t, uint32_t> numbers_; ///< Of kernels in it.
  std::unique_ptr<Device> device_;                 ///< Null: there is no code.
  std::unique_ptr<Executable> code_;
  std::unordered_map<uint64_t, std::span<const uint8_t>>
      weights_; ///< By handle.
};

} // namespace landfall::runtime
