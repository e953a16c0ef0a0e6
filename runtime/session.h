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

/// A package loaded on a device: its code is loaded, its weights are uploaded
/// or, if the device can read host memory, used where they are. Immutable and
/// thread-safe; any number of sessions share it.
class LoadedModel {
public:
  /// With `require_target`, runs fail where the device refuses the sizes of a
  /// launch; what falls back whatever the sizes, require_target of
  /// package/host_work.h finds.
  static Result<std::shared_ptr<LoadedModel>>
  load(std::shared_ptr<const Package> package, std::shared_ptr<Device> device,
       bool require_target = false);
  ~LoadedModel();

  const Package &package() const;
  Device &device() const;
  /// Where launches of this kernel of the package are executed.
  LaunchPlace where(uint32_t kernel) const;

private:
  friend class Session;
  LoadedModel();
  std::unique_ptr<struct LoadedParts> parts_;
};

/// Counters of one run, for `bench`, `explain` and tests.
struct RunStatistics {
  double total_ms = 0;
  double planning_ms = 0; ///< Host time up to the first launch.
  size_t arena_bytes = 0; ///< Size of the arena of intermediate tensors.
  size_t launches = 0;    ///< Kernel launches.
  /// Those launches that the host executed.
  FallbackCount fallbacks = {};
};

/// One launch, for profiling. Pointers are valid during the call of
/// `on_launch`.
struct LaunchRecord {
  uint32_t kernel;      ///< The number of the kernel in the package.
  uint32_t instruction; ///< The number of the launch instruction.
  double ms;            ///< From the start of the launch to its end.
  LaunchPlace place;    ///< Where it was executed.
  /// Why the device refused its sizes (Queue::refusal); "": it did not.
  std::string_view refusal;
  /// Copied between device and host, as the host executed it.
  uint64_t copied_bytes;
  std::span<const int64_t> sizes; ///< The values of the size parameters.
  /// What the device counted during the launch; null if it has no counters.
  const DeviceCounters *counters;
};

/// Called for each output tensor of numbers, once its shape is known. Returns
/// the memory to write it to: at least `bytes`, owned by the caller, which must
/// outlive the output; or null: the runtime allocates it. An error ends the
/// run.
using OutputMemory = std::function<Result<uint8_t *>(
    size_t output, DType dtype, std::span<const int64_t> dims, size_t bytes)>;

struct RunOptions {
  std::string entry = "main";          ///< The entry point to run.
  RunStatistics *statistics = nullptr; ///< Set at the end of the run if given.
  /// Called after each launch. Makes runs slow: the host waits for the end of a
  /// launch before it starts the next.
  std::function<void(const LaunchRecord &)> on_launch = nullptr;
  /// Whether each launch is compared with the interpreter (launch_verifier.h);
  /// the run fails at the first one that differs (run --verify).
  bool verify = false;
  OutputMemory output_memory = nullptr;
  /// Seconds after which the run fails with ErrorCode::cancelled, as `cancel`
  /// makes it; 0: none. Waiting for another run of the session does not count.
  double time_limit = 0;
  /// The most bytes of tensors that the run may hold at once: intermediate
  /// ones, copies of inputs, results that are not written to the caller's
  /// memory. Each is counted before it is allocated; the run fails with
  /// ErrorCode::out_of_memory. 0: no limit. Memory that the session keeps from
  /// earlier runs does not count.
  size_t memory_limit = 0;
  /// The most steps of one launch that is interpreted (Queue::limit_steps); the
  /// run fails with ErrorCode::cancelled. 0: no limit.
  uint64_t step_limit = 0;
  /// Told what is suspicious about the inputs, once a session: dimensions of
  /// one name that have several extents. And at the end of each run, which
  /// kernels the device refused at their sizes, so that the host executed them.
  std::function<void(const std::string &)> on_warning = nullptr;
};

/// Runs a loaded model. A session owns an arena and a queue. Thread-safe: one
/// session does one run at a time, and a concurrent call of `run` waits;
/// several sessions run in parallel.
class Session {
public:
  explicit Session(std::shared_ptr<LoadedModel> model);
  ~Session();

  /// `inputs` are in the order of the entry point's signature. Dtypes, ranks,
  /// fixed and named extents are checked before anything runs.
  Result<std::vector<HostValue>> run(std::span<const HostValue> inputs,
                                     const RunOptions &options = {});

  /// Makes the run that is in progress fail with ErrorCode::cancelled. It
  /// starts no further work and returns when the work that the device has begun
  /// has ended. No effect if no run is in progress. May be called from any
  /// thread and from a signal handler.
  void cancel();

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace landfall::runtime
