//===- session.h - Running a package ---------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/device.h"
#include "runtime/host_value.h"

#include <atomic>
#include <functional>

namespace landfall::runtime {

/// A package loaded on a device: kernels loaded, weights uploaded or wrapped.
/// Immutable and thread-safe; any number of sessions share it.
class LoadedModel {
public:
  static Result<std::shared_ptr<LoadedModel>>
  load(std::shared_ptr<const Package> package, std::shared_ptr<Device> device);
  ~LoadedModel();

  const Package &package() const;
  Device &device() const;

private:
  friend class Session;
  LoadedModel();
  std::unique_ptr<struct LoadedParts> parts_;
};

/// Counters of one run, for `bench`, `explain` and tests.
struct RunStatistics {
  double total_ms = 0;
  double planning_ms = 0; ///< Host time up to the first launch.
  size_t arena_bytes = 0;
  size_t launches = 0;
};

/// A launch, for profiling. Setting `on_launch` makes runs slow: they wait for
/// each launch.
struct LaunchRecord {
  uint32_t kernel;
  uint32_t instruction;
  double ms;
  std::span<const int64_t> sizes;
  const DeviceCounters
      *counters; ///< This launch's; null if the device does not count.
};

/// The caller's memory for an output tensor of numbers, whose shape is known by
/// then; null: the runtime makes its own. An error ends the run.
using OutputMemory = std::function<Result<uint8_t *>(
    size_t output, DType dtype, std::span<const int64_t> dims, size_t bytes)>;

struct RunOptions {
  std::string entry = "main";
  RunStatistics *statistics = nullptr;
  std::function<void(const LaunchRecord &)> on_launch = nullptr;
  /// Compare every launch with the interpreter (launch_verifier.h), and fail at
  /// the first that differs (run --verify).
  bool verify = false;
  OutputMemory output_memory = nullptr;
};

/// Runs a loaded model. A session owns an arena and a queue. Thread-safe, but
/// one session does one run at a time (a concurrent call waits); sessions run
/// in parallel.
class Session {
public:
  explicit Session(std::shared_ptr<LoadedModel> model);
  ~Session();

  /// `inputs` are in the order of the entry point's signature. Dtypes, ranks,
  /// fixed and named extents are checked before anything runs.
  Result<std::vector<HostValue>> run(std::span<const HostValue> inputs,
                                     const RunOptions &options = {});

  /// Ends the run that is under way with ErrorCode::cancelled, from any thread
  /// or a signal handler: no further instruction begins, and what the device
  /// has begun is waited for. Nothing if there is none.
  void cancel();

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace landfall::runtime
