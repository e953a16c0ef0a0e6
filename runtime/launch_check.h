//===- launch_check.h - Operands against a kernel's description *- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/run_value.h"

namespace landfall::runtime {

/// Whether every operand has the kernel's dtype and at least the bytes that
/// the kernel, with these size parameters, may touch. A program whose sizes
/// are wrong (a compiler bug, a forged package) fails here with `internal`
/// instead of writing outside its buffers.
Status check_launch(const Kernel &kernel,
                    std::span<const TensorRef *const> operands,
                    std::span<const int64_t> sizes);

/// Whether a copy of this many bytes lies inside its memory.
Status check_copy(DeviceSpan span, size_t bytes);

/// `failed_check` for numbers that a device has reported.
Error check_error(const Kernel &kernel, uint32_t check, int64_t value);

} // namespace landfall::runtime
