//===- executor_operands.h - Reading an instruction's operands -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/executor.h"

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

} // namespace landfall::runtime
