//===- newchip_device.cpp - Memory and kernels of newchip -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The chip's memory is a piece of this process that only this driver touches:
// each copy to or from it is explicit, as with a card.
//
//===----------------------------------------------------------------------===//
#include "targets/newchip/driver/newchip_queue.h"

#include <fmt/format.h>
#include <new>

namespace landfall::newchip {

namespace {

constexpr std::align_val_t alignment{64};

class NewchipDevice : public runtime::Device {
public:
  runtime::DeviceDescription describe() const override {
    return {"newchip", "newchip, memory in this process", 1, 0};
  }

  Result<runtime::DeviceMemory> allocate(size_t bytes) override {
    void *memory = ::operator new(bytes, alignment, std::nothrow);
    if (!memory)
      return Error{ErrorCode::out_of_memory,
                   fmt::format("newchip cannot get {} bytes", bytes)};
    return runtime::DeviceMemory{reinterpret_cast<uint64_t>(memory), bytes};
  }

  void release(runtime::DeviceMemory memory) override {
    ::operator delete(reinterpret_cast<void *>(memory.handle), alignment);
  }

  void *host_address(runtime::DeviceMemory) override { return nullptr; }

  Result<runtime::DeviceMemory> wrap(const void *, size_t) override {
    return Error{ErrorCode::unsupported, "newchip has memory of its own"};
  }

  Result<std::unique_ptr<runtime::Queue>> create_queue() override {
    return std::unique_ptr<runtime::Queue>(std::make_unique<NewchipQueue>());
  }

protected:
  /// Refuses a package with kernels that neither fall back nor have code here.
  Result<std::unique_ptr<runtime::Executable>>
  do_load(const Package &package) override {
    if (package.fallbacks.size() < package.kernels.size())
      return Error{ErrorCode::unsupported,
                   fmt::format("the package has no code for newchip, but for "
                               "'{}'; compile the model again with --target "
                               "newchip",
                               package.target)};
    return std::unique_ptr<runtime::Executable>(
        std::make_unique<runtime::Executable>(package.kernels));
  }
};

std::vector<std::string> devices() { return {"newchip"}; }

Result<std::unique_ptr<runtime::Device>>
create(std::string_view, const runtime::DeviceOptions &) {
  return std::unique_ptr<runtime::Device>(std::make_unique<NewchipDevice>());
}

} // namespace

extern const runtime::Driver driver;
constinit const runtime::Driver driver = {"newchip", devices, create};

} // namespace landfall::newchip
