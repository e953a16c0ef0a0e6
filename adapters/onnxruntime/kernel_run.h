//===- kernel_run.h - One run of a fused node -------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "adapters/onnxruntime/kernel.h"

#include <vector>

namespace landfall::onnxruntime {

/// One call of Compute: inputs are read where ONNX Runtime holds them, and
/// results are written where it wants them.
class KernelRun {
public:
  static constexpr size_t none = static_cast<size_t>(-1);

  KernelRun(Kernel &kernel, OrtKernelContext *context);

  /// Throws what goes wrong.
  void perform();

private:
  void run_landfall();
  void run_reference(Reference &reference);
  void compare(Reference &reference);
  /// Makes the node's output with this shape.
  OrtValue *make_output(size_t number, const int64_t *dims, size_t rank);
  /// Memory of ONNX Runtime for an output of the model; NULL: there is none
  /// that fits.
  void *place(size_t output, lf_dtype dtype, const int64_t *dims, size_t rank,
              size_t bytes);
  static void *place_output(void *user, size_t output, lf_dtype dtype,
                            const int64_t *dims, size_t rank,
                            size_t bytes) noexcept;
  void deliver(size_t output, const lf_value *result);

  Kernel &kernel_;
  const Api &api_;
  OrtKernelContext *context_;
  std::vector<const OrtValue *> inputs_; ///< Of the node.
  std::vector<OrtValue *> outputs_;      ///< Of the node, as far as made.
};

} // namespace landfall::onnxruntime
