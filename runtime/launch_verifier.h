//===- launch_verifier.h - A launch against its meaning --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/interpreter.h"
#include "runtime/run_value.h"

namespace landfall::runtime {

/// Runs the interpreter beside a device: `begin` copies the operands to the
/// host before the launch, `compare` interprets the kernel on the copies in
/// double precision and holds the device's results against them. Slow; for
/// `run --verify` and tests.
class LaunchVerifier {
public:
  static Result<LaunchVerifier>
  begin(const Kernel &kernel, Queue &queue,
        std::span<const TensorRef *const> operands,
        std::span<const int64_t> sizes);

  /// Call after the launch. The error (internal) names the kernel, the nodes
  /// it came from, the worst element and both values.
  Status compare(Queue &queue, std::span<const TensorRef *const> operands);

private:
  using Copy = std::vector<uint8_t>;

  Result<std::vector<Copy>> interpreted(Precision precision) const;

  const Kernel *kernel_ = nullptr;
  std::vector<Copy> before_;
  std::vector<int64_t> sizes_;
};

/// How far two computations of an element of this type may lie apart:
/// `relative` times its magnitude plus `absolute` times the tensor's largest.
struct Tolerance {
  double relative;
  double absolute;
};
Tolerance tolerance(DType dtype);

} // namespace landfall::runtime
