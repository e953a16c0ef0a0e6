//===- tiled_chip_for_test.h - A device that runs tiles ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/device.h"

#include <memory>
#include <string>
#include <vector>

namespace landfall::card {

/// One kernel, for a target whose code is made of it at a launch.
inline Package package_of_tiles(std::string_view target, Kernel kernel) {
  Package package;
  package.target = target;
  package.kernels.push_back(std::move(kernel));
  package.code.push_back({std::string(target), "tiles", {}, {}});
  return package;
}

/// A device, its queue, and launches with operands of the host.
struct TiledChip {
  explicit TiledChip(const std::string &name,
                     const runtime::DeviceOptions &options = {})
      : device(runtime::create_device(name, options).take()),
        queue(device->create_queue().take()) {}

  /// Launches the first kernel; results replace the operands.
  Status run(const runtime::Executable &code, const std::vector<int64_t> &sizes,
             std::vector<std::vector<uint8_t>> &operands) {
    std::vector<runtime::DeviceSpan> spans;
    for (auto &operand : operands) {
      spans.push_back({TRY(device->allocate(operand.size()))});
      TRY(queue->write(spans.back(), operand.data(), operand.size()));
    }
    Status status = queue->launch(code, 0, spans, sizes);
    for (size_t k = 0; k < spans.size(); ++k) {
      if (status.ok())
        TRY(queue->read(operands[k].data(), spans[k], operands[k].size()));
      device->release(spans[k].memory);
    }
    (void)queue->finish();
    return status;
  }

  std::unique_ptr<runtime::Device> device;
  std::unique_ptr<runtime::Queue> queue;
};

} // namespace landfall::card
