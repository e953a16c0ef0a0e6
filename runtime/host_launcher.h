//===- host_launcher.h - One queue's launches on the host ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/device.h"

namespace landfall::runtime {

/// Executes kernels on copies of their operands in host memory, which it keeps
/// from launch to launch. Not thread-safe: a queue owns one.
class HostLauncher {
public:
  HostLauncher(std::shared_ptr<HostFallback> fallback,
               const std::atomic<bool> *stop)
      : fallback_(std::move(fallback)), stop_(stop) {}
  ~HostLauncher();

  /// The package whose kernels it can launch.
  const HostFallback *fallback() const { return fallback_.get(); }

  /// Begins a launch: makes room for the operands, or finds them where the
  /// package has them. `bytes` is their sizes.
  Status begin(uint32_t kernel, const Kernel &description,
               std::span<const DeviceSpan> operands,
               std::span<const size_t> bytes);
  /// Where to copy the operand to before the launch, and from after it.
  uint8_t *address(size_t operand) { return operands_[operand].address; }
  /// Whether the operand is a weight, which is there already.
  bool is_weight(size_t operand) const { return operands_[operand].is_weight; }
  /// Executes the kernel. If it is interpreted, fails with `cancelled` soon
  /// after `stop` has become true or when the budget is used up; machine code
  /// leaves out the tasks that have not begun. Else fails as the kernel's
  /// checks do.
  Status execute(uint32_t kernel, const Kernel &description,
                 std::span<const int64_t> sizes,
                 const InterpreterBudget &budget);

private:
  /// Memory for one operand: of the code's device, or of this process if
  /// everything is interpreted.
  struct Buffer {
    std::vector<uint64_t> words;
    DeviceMemory memory;
  };
  struct Operand {
    uint8_t *address = nullptr;
    bool is_weight = false;
    DeviceMemory memory; ///< Where there is code for the kernel.
  };

  Status place(Operand &operand, Buffer &buffer, size_t bytes, bool has_code);
  bool place_weight(Operand &operand, const DeviceSpan &span, size_t bytes,
                    bool has_code);
  void end();
  Status run_code(uint32_t kernel, std::span<const int64_t> sizes);

  std::shared_ptr<HostFallback> fallback_;
  const std::atomic<bool> *stop_;
  std::vector<Buffer> buffers_;
  std::vector<Operand> operands_;
  std::vector<DeviceMemory> wrapped_; ///< Weights of the current launch.
  std::unique_ptr<Queue> queue_;      ///< Of the code's device.
};

/// The bytes that each operand of a launch has at these sizes.
Result<std::vector<size_t>> operand_bytes(const Kernel &kernel,
                                          std::span<const int64_t> sizes);

} // namespace landfall::runtime
