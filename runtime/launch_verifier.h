//===- launch_verifier.h - A launch against the interpreter ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/interpreter.h"
#include "runtime/run_value.h"

namespace landfall::runtime {

/// Checks a device's results against the interpreter: `begin` copies the
/// operands to the host before the launch; `compare` interprets the kernel on
/// the copies, in double precision, and compares. Slow; for `run --verify` and
/// tests.
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

/// The allowed difference between two results: `relative` times the element's
/// magnitude plus `absolute` times the largest magnitude in the tensor.
struct Tolerance {
  double relative;
  double absolute;
};
Tolerance tolerance(DType dtype);

} // namespace landfall::runtime
