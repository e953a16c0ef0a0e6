//===- executor_operands.h - Reading an instruction's operands -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/executor.h"

#include <fmt/format.h>

namespace landfall::runtime {

/// A cursor over the operands of a verified instruction.
class Executor::Operands {
public:
  explicit Operands(const Instruction &instruction)
      : at_(instruction.args.data()) {}

  uint32_t next() { return *at_++; }
  /// A count followed by that many operands.
  std::span<const uint32_t> list() {
    size_t count = next();
    std::span<const uint32_t> operands(at_, count);
    at_ += count;
    return operands;
  }

private:
  const uint32_t *at_;
};

/// The error of a program that the compiler cannot have made.
inline Error broken(std::string what) {
  return {ErrorCode::internal,
          fmt::format("the compiled program is wrong: {}; this is a bug in "
                      "Landfall or a forged package",
                      what)};
}

/// Whether a run keeps the value in device memory: a tensor.
inline bool is_on_device(const HostValue &value) {
  return std::holds_alternative<HostTensor>(value.value);
}

} // namespace landfall::runtime
