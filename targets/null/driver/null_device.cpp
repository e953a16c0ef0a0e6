//===- null_device.cpp - The device that executes descriptions ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The skeleton to start a new driver from, and the reference device: its
// kernels are the package's descriptions, run by the interpreter. Its memory
// is the host's, but it does not say so, so that every copy is explicit.
//
//===----------------------------------------------------------------------===//
#include "targets/null/driver/null_queue.h"

#include <fmt/format.h>
#include <new>

namespace landfall::null {

namespace {

constexpr std::align_val_t alignment{64};

class NullDevice : public runtime::Device {
public:
  runtime::DeviceDescription describe() const override {
    return {"null", "the interpreter of kernel descriptions", 1, 0};
  }

  Result<runtime::DeviceMemory> allocate(size_t bytes) override {
    void *memory = ::operator new(bytes, alignment, std::nothrow);
    if (!memory)
      return Error{ErrorCode::out_of_memory,
                   fmt::format("the null device cannot get {} bytes", bytes)};
    return runtime::DeviceMemory{reinterpret_cast<uint64_t>(memory), bytes};
  }

  void release(runtime::DeviceMemory memory) override {
    ::operator delete(reinterpret_cast<void *>(memory.handle), alignment);
  }

  void *host_address(runtime::DeviceMemory) override { return nullptr; }

  Result<runtime::DeviceMemory> wrap(const void *, size_t) override {
    return Error{ErrorCode::unsupported, "the null device copies"};
  }

  Result<std::unique_ptr<runtime::Queue>> create_queue() override {
    return std::unique_ptr<runtime::Queue>(std::make_unique<NullQueue>(count_));
  }

  Result<std::unique_ptr<runtime::Executable>>
  do_load(const Package &package) override {
    // Every package has descriptions, whatever it was compiled for.
    return std::unique_ptr<runtime::Executable>(
        std::make_unique<NullExecutable>(package.kernels));
  }

  /// The same numbers on every machine: a step of the interpreter is an
  /// instruction and a cycle of a nanosecond.
  Result<runtime::DeviceCounters> counters() override {
    runtime::DeviceCounters counters;
    counters.instructions = counters.cycles = count_->steps;
    counters.hertz = 1e9;
    counters.memory_bytes = count_->bytes;
    return counters;
  }

private:
  std::shared_ptr<WorkCount> count_ = std::make_shared<WorkCount>();
};

std::vector<std::string> devices() { return {"null"}; }

Result<std::unique_ptr<runtime::Device>>
create(std::string_view, const runtime::DeviceOptions &) {
  return std::unique_ptr<runtime::Device>(std::make_unique<NullDevice>());
}

} // namespace

extern const runtime::Driver driver;
constinit const runtime::Driver driver = {"null", devices, create};

} // namespace landfall::null
