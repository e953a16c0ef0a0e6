//===- run_value.h - What a value register holds ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/host_value.h"
#include "runtime/memory_pool.h"

namespace landfall::runtime {

/// A dense tensor in device memory.
struct TensorRef {
  DType dtype = DType::f32;
  std::vector<int64_t> dims;
  size_t bytes = 0; ///< Product of the dims times the element size.
  DeviceSpan span;
  /// Null for tensors in the arena, weights, and inputs used in place: their
  /// memory outlives the run.
  std::shared_ptr<Allocation> owner;
};

/// Nothing, a tensor on the device, or a boxed value on the host.
struct RunValue {
  enum class Kind : uint8_t { nothing, tensor, boxed };
  Kind kind = Kind::nothing;
  TensorRef tensor; ///< Its dims keep their capacity between runs.
  std::shared_ptr<const HostValue> boxed;

  void clear() {
    kind = Kind::nothing;
    tensor.owner.reset();
    boxed.reset();
  }
};

/// Bytes of a tensor with these extents. Fails with `run_failed` on a negative
/// extent or on overflow.
Result<size_t> tensor_bytes(DType dtype, std::span<const int64_t> dims);

/// "2x3x224x224", or "scalar".
std::string dims_text(std::span<const int64_t> dims);

} // namespace landfall::runtime
