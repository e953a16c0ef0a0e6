//===- launch_work.h - What a launch asks of the machine -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"

#include <span>

namespace landfall::c_api {

struct LaunchWork {
  /// Of sums of products: a contraction's, and those that the loops of a body
  /// carry (a depthwise convolution is a map with such loops).
  double multiply_adds = 0;
  double bytes = 0; ///< Of all operands, each once and whole.
};

/// `sizes` are the values of the kernel's size parameters.
LaunchWork work_of_launch(const Kernel &kernel, std::span<const int64_t> sizes);

} // namespace landfall::c_api
