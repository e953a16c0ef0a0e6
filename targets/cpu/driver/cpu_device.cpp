//===- cpu_device.cpp - The processor that we run on ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/cpu/driver/cpu_memory.h"
#include "targets/cpu/driver/cpu_queue.h"
#include "targets/cpu/driver/machine_variants.h"

#include <fmt/format.h>

namespace landfall::cpu {

namespace {

class CpuDevice : public runtime::Device {
public:
  explicit CpuDevice(int threads)
      : pool_(std::make_shared<ThreadPool>(threads)) {}

  runtime::DeviceDescription describe() const override {
    return {"cpu", describe_machine(), pool_->threads(), 0, machine_details()};
  }
  Result<runtime::DeviceMemory> allocate(size_t bytes) override {
    return allocate_memory(bytes);
  }
  void release(runtime::DeviceMemory memory) override {
    release_memory(memory);
  }
  void *host_address(runtime::DeviceMemory memory) override {
    return address_of(memory);
  }
  Result<runtime::DeviceMemory> wrap(const void *bytes, size_t size) override {
    return wrap_memory(bytes, size);
  }
  Result<std::unique_ptr<runtime::Queue>> create_queue() override {
    return std::unique_ptr<runtime::Queue>(std::make_unique<CpuQueue>(pool_));
  }
  Result<std::unique_ptr<runtime::Executable>>
  do_load(const Package &package) override {
    return CpuExecutable::load(package);
  }

private:
  std::shared_ptr<ThreadPool> pool_;
};

std::vector<std::string> devices() { return {"cpu"}; }

Result<std::unique_ptr<runtime::Device>>
create(std::string_view, const runtime::DeviceOptions &options) {
  constexpr int thread_limit = 1024;
  if (options.threads < 0 || options.threads > thread_limit)
    return Error{ErrorCode::invalid_argument,
                 fmt::format("{} threads were asked for; give a number from 1 "
                             "to {}, or 0 for all that the machine has",
                             options.threads, thread_limit)};
  int threads = options.threads ? options.threads : available_threads();
  return std::unique_ptr<runtime::Device>(std::make_unique<CpuDevice>(threads));
}

} // namespace

extern const runtime::Driver driver;
constinit const runtime::Driver driver = {"cpu", devices, create};

} // namespace landfall::cpu
