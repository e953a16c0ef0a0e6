//===- device.h - What a driver provides -----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The contract between the runtime and every driver (docs/device_interface.md).
// Device memory is an opaque handle, copies are explicit, queues are
// asynchronous and in order. A driver may complete work inside the call that
// enqueues it; callers never rely on that.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"
#include "package/interpreter.h"
#include "package/package.h"
#include "runtime/host_fallback.h"

#include <atomic>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace landfall::runtime {

/// An allocation on a device; meaning is the driver's. Zero: none.
struct DeviceMemory {
  uint64_t handle = 0;
  size_t bytes = 0;
};

/// A position inside an allocation, in bytes: where a tensor begins.
struct DeviceSpan {
  DeviceMemory memory;
  size_t offset = 0;
};

/// Kernels of one package, resident on one device. Thread-safe.
class Executable {
public:
  /// The descriptions of the package, which outlives the executable.
  explicit Executable(std::span<const Kernel> descriptions)
      : descriptions_(descriptions) {}
  virtual ~Executable() = default;
  std::span<const Kernel> descriptions() const { return descriptions_; }

  /// Whether the device executes this kernel, which falls back, by other means
  /// than its target's code. Then launches of it are passed to the driver;
  /// those of other fallbacks are executed on the host.
  virtual bool has_slow_path(uint32_t /*kernel*/) const { return false; }
  /// Whether launches can fail with `unsupported`, at sizes that the device
  /// does not run a kernel at. The host executes those, unless that is
  /// forbidden.
  virtual bool may_refuse_sizes() const { return false; }
  /// Makes launches that the device refuses fail.
  void require_target() { requires_target_ = true; }
  /// Where launches of the kernel are executed.
  LaunchPlace where(uint32_t kernel) const;
  /// What the host executes; null: nothing. Set by Device::load.
  const std::shared_ptr<HostFallback> &fallback() const { return fallback_; }

private:
  friend class Device;
  bool on_host(uint32_t kernel) const {
    return fallback_ && find_fallback(fallbacks_, kernel) &&
           !has_slow_path(kernel);
  }
  friend class Queue;

  std::span<const Kernel> descriptions_;
  std::span<const Fallback> fallbacks_;
  std::shared_ptr<HostFallback> fallback_;
  bool requires_target_ = false;
};

/// A point in a queue's work.
using Event = uint64_t;

/// An in-order stream of work. Not thread-safe; use one per run.
///
/// The first failure is kept until `finish`; calls in between return it and do
/// nothing else. Callers use the public functions, which check their arguments;
/// drivers implement the `do_` functions.
class Queue {
public:
  Queue();
  virtual ~Queue();
  /// Once `stop` is true, work that has not begun may be left out: nobody reads
  /// its results. `finish` still waits for work that has begun. `stop` must
  /// outlive the queue.
  void stop_when(const std::atomic<bool> &stop) { stop_ = &stop; }
  /// From the next launch on, one that is interpreted fails with `cancelled` if
  /// it takes more steps (package/interpreter.h); 0: there is no limit. Drivers
  /// of real chips need not count.
  void limit_steps(uint64_t steps) { step_limit_ = steps; }
  /// `source` may be reused when the call returns.
  Status write(DeviceSpan destination, const void *source, size_t bytes);
  /// Waits for earlier work, then copies to the host.
  Status read(void *destination, DeviceSpan source, size_t bytes);
  /// The ranges must not overlap unless they are the same.
  Status copy(DeviceSpan destination, DeviceSpan source, size_t bytes);
  /// Operands and sizes in the order of the kernel's description. A kernel that
  /// falls back to the host is executed by this call: it waits for the work
  /// before it, copies operands from the device and results to it.
  Status launch(const Executable &executable, uint32_t kernel,
                std::span<const DeviceSpan> operands,
                std::span<const int64_t> sizes);
  Result<Event> record() { return do_record(); }
  Status wait(Event event);
  /// Waits for everything; the first failure since the last finish, if any.
  Status finish();
  /// The launches that the host has executed.
  const FallbackCount &fallback_count() const { return fallback_count_; }
  /// Why the device refused the sizes of the last launch, which the host has
  /// executed instead: a clause to follow "because"; "": it did not.
  const std::string &refusal() const { return refusal_; }

protected:
  // Called only while nothing has failed. Ranges lie inside their allocations;
  // `kernel` is one of the executable's and has so many operands and sizes.
  // A failure that these return is kept.
  virtual Status do_write(DeviceSpan destination, const void *source,
                          size_t bytes) = 0;
  virtual Status do_read(void *destination, DeviceSpan source,
                         size_t bytes) = 0;
  virtual Status do_copy(DeviceSpan destination, DeviceSpan source,
                         size_t bytes) = 0;
  virtual Status do_launch(const Executable &executable, uint32_t kernel,
                           std::span<const DeviceSpan> operands,
                           std::span<const int64_t> sizes) = 0;
  virtual Status do_wait(Event event) = 0;

  // Called after a failure too.
  virtual Result<Event> do_record() = 0;
  /// Waits for all work; what stands behind a failure is dropped.
  virtual Status do_finish() = 0;

  /// Keeps the first failure until `finish`, and returns its argument: for
  /// failures that a driver learns of while it waits for something else.
  Status keep(Status status);
  /// The first failure since the last `finish`.
  const Status &failure() const { return failure_; }

  /// What ends an interpretation: stop_when and limit_steps.
  InterpreterBudget interpreter_budget() const;
  /// Whether work may be left out; see stop_when.
  bool is_stopped() const {
    return stop_ && stop_->load(std::memory_order_relaxed);
  }

private:
  Status launch_on_host(const Executable &executable, uint32_t kernel,
                        std::span<const DeviceSpan> operands,
                        std::span<const int64_t> sizes);
  Status launch_refused(const Executable &executable, uint32_t kernel,
                        std::span<const DeviceSpan> operands,
                        std::span<const int64_t> sizes, Error why);

  Status failure_;
  const std::atomic<bool> *stop_ = nullptr;
  uint64_t step_limit_ = 0;
  /// Made by the first launch on the host; for the package of the last one.
  std::unique_ptr<class HostLauncher> host_;
  FallbackCount fallback_count_;
  std::string refusal_;
};

/// A device's peak rate with operands of a dtype.
struct PeakRate {
  DType dtype;
  double multiply_adds; ///< Per second.
};

/// What `landfall devices` shows.
struct DeviceDescription {
  std::string name;        ///< "cpu".
  std::string hardware;    ///< "AMD EPYC, 2 cores, AVX2 FMA AVX-512".
  int threads = 1;         ///< Threads, or cores, that work in parallel.
  size_t memory_bytes = 0; ///< 0: it uses the host's memory.
  /// Further lines of text for a person: memories, peaks.
  std::vector<std::string> details = {};
  std::vector<PeakRate> peaks = {}; ///< Those that the driver knows.
};

/// Activity of one kind of engine since the device was created, in the device's
/// cycles, summed over its units.
struct EngineCounter {
  std::string name; ///< "matrix".
  uint64_t units = 0;
  uint64_t busy = 0;
  uint64_t stalled = 0; ///< Had work but waited for another engine.
};

/// A device's activity counters. They only grow: the difference of two readings
/// is the activity between them.
struct DeviceCounters {
  uint64_t cycles = 0; ///< Device cycles in which it had work.
  double hertz = 0;
  uint64_t instructions = 0;
  uint64_t multiply_adds = 0; ///< Of matrix engines, without padding.
  uint64_t memory_bytes = 0;  ///< Transferred to and from device memory.
  std::vector<EngineCounter> engines;
};
/// The activity between two readings of one device.
DeviceCounters difference(const DeviceCounters &after,
                          const DeviceCounters &before);
/// The total of two differences.
DeviceCounters sum(const DeviceCounters &a, const DeviceCounters &b);

struct DeviceOptions {
  int threads = 0; ///< Host threads for kernels; 0: as many as CPUs.
  /// Run a simulated device in a process of its own.
  bool own_process = false;
  /// Watchdog: seconds without a heartbeat before the device is declared lost.
  /// Simulated devices also abort a kernel exceeding it in simulated time.
  int timeout_seconds = 60;
  /// A folder to which drivers write how launches are encoded, where
  /// they encode them when sizes are known; empty: they do not.
  std::string dump_folder = {};
};

/// A device. Thread-safe.
class Device {
public:
  virtual ~Device() = default;
  virtual DeviceDescription describe() const = 0;
  /// Memory aligned to at least 64 bytes, with undefined contents. Zero bytes
  /// are allowed. The result's `bytes` is the number requested.
  virtual Result<DeviceMemory> allocate(size_t bytes) = 0;
  virtual void release(DeviceMemory memory) = 0;
  /// The address of device memory in this process, or null if the host cannot
  /// see it. Where it is not null, `wrap` also works.
  virtual void *host_address(DeviceMemory memory) = 0;
  /// Makes host bytes (weights in a mapped file) usable as device memory
  /// without a copy. Fails with `unsupported` if the device cannot, or the
  /// bytes are misaligned. The memory is read-only; the caller keeps the bytes
  /// alive and releases the result like an allocation.
  virtual Result<DeviceMemory> wrap(const void *bytes, size_t size) = 0;
  virtual Result<std::unique_ptr<Queue>> create_queue() = 0;
  /// Loads the best code section that the device can run. If there is none, the
  /// error lists the package's sections and what the device could run. The
  /// package must outlive the executable. Kernels that fall back are made ready
  /// for the host, except those that the device executes itself.
  Result<std::unique_ptr<Executable>> load(const Package &package);
  /// The activity so far, since the device was last (re)started. Fails with
  /// `unsupported` if the device does not count.
  virtual Result<DeviceCounters> counters();

protected:
  /// What `load` does for kernels that do not fall back.
  virtual Result<std::unique_ptr<Executable>>
  do_load(const Package &package) = 0;

private:
  friend Result<std::unique_ptr<Device>>
  create_device(std::string_view name, const DeviceOptions &options);

  int host_threads_ = 0; ///< DeviceOptions::threads.
};

/// The linked-in drivers, from the generated list (targets/*/driver).
struct Driver {
  std::string_view name; ///< The target of the packages that it runs.
  /// The names of its devices, at least one; the first is the default.
  std::vector<std::string> (*devices)();
  /// `name` is one of `devices()`, or, of a driver that takes an argument,
  /// "DRIVER:ARGUMENT" as the user wrote it.
  Result<std::unique_ptr<Device>> (*create)(std::string_view name,
                                            const DeviceOptions &options);
  bool simulated = false; ///< Its devices are simulators.
  /// "DRIVER:ARGUMENT" names a device too.
  bool takes_argument = false;
};
std::span<const Driver> drivers();
/// The driver for a device name: a name that a driver lists, a driver's name
/// (for its first device), or "DRIVER:ARGUMENT" where it takes one. The error
/// lists the known names.
Result<const Driver *> find_driver(std::string_view device);
Result<std::unique_ptr<Device>> create_device(std::string_view name,
                                              const DeviceOptions &options);

} // namespace landfall::runtime
