//===- launch_work.cpp - What a launch asks of the machine ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/c_api/launch_work.h"

namespace landfall::c_api {

LaunchWork work_of_launch(const Kernel &kernel,
                          std::span<const int64_t> sizes) {
  auto points = [&](std::span<const Extent> extents) {
    double count = 1;
    for (const Extent &extent : extents)
      count *= double(extent.constant ? extent.value : sizes[extent.value]);
    return count;
  };
  LaunchWork work;
  if (kernel.kind == KernelClass::contraction)
    work.multiply_adds = points(kernel.loops) * points(kernel.reduce);
  for (const KernelOperand &operand : kernel.operands)
    work.bytes += points(operand.dims) * double(size_of(operand.dtype));
  return work;
}

} // namespace landfall::c_api
