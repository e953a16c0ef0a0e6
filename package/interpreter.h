//===- interpreter.h - The reference interpreter of kernels ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Executes kernel descriptions one scalar at a time: slow, simple and checked.
// It defines the semantics that generated code is tested against. The null
// device, constant folding and `run --verify` use it too.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"

#include <atomic>

namespace landfall {

/// One scalar. Integers and bool live sign-/zero-extended in `i`; reals live in
/// `d` exactly (a narrow real or f32 value is always representable in double
/// and is kept rounded to its type, unless computing `Precision::high`).
struct ScalarValue {
  union {
    int64_t i = 0;
    double d;
  };
};

enum class Precision : uint8_t {
  exact, ///< Every operation rounds to its type: the meaning of the kernel.
  high,  ///< Reals stay in double between load and store: for --verify. Only
         ///< casts to reals of 8 bits and less round (they mean to).
};

/// Applies one operation; total for every input. `operand_type` is the type of
/// the (first non-condition) operand, `type` the result's.
ScalarValue evaluate(ScalarOp op, DType type, DType operand_type,
                     std::span<const ScalarValue> args,
                     Precision precision = Precision::exact);

/// Loads/stores one element of a buffer. Of a sub-byte type the low bits of
/// its byte count; stores sign- or zero-extend it to the byte.
ScalarValue load_scalar(DType type, const void *element);
void store_scalar(DType type, void *element, ScalarValue value);
/// The value of a constant node's payload.
ScalarValue scalar_from_bits(DType type, uint64_t bits);

/// The memory and parameters of one launch. `operands[k]` points to operand k's
/// first element (may be null if it has no elements).
struct KernelArguments {
  std::span<void *const> operands;
  std::span<const int64_t> sizes;
};

/// What may end an interpretation before its time.
struct InterpreterBudget {
  /// Once it is true, the interpretation ends; null: nothing stops it. Read
  /// once in about 2^16 steps.
  const std::atomic<bool> *stop = nullptr;
  uint64_t steps = UINT64_MAX; ///< The most steps, to about 2^16.
};

/// Runs the whole loop space of a verified kernel in index order. A contraction
/// of reals sums in double and rounds once, as the order of summation is not
/// specified. Fails with the check's code and message on a failed check, with
/// `internal` on an access outside an operand. Thread-safe: it has no state but
/// the operands. The number of steps done is added to `*steps`: nodes executed,
/// where what depends on outer loops only is done once for all points of the
/// inner ones. Fails with `cancelled` when the budget is used up; operands then
/// have undefined contents.
Status interpret(const Kernel &kernel, const KernelArguments &arguments,
                 Precision precision = Precision::exact,
                 uint64_t *steps = nullptr,
                 const InterpreterBudget &budget = {});

} // namespace landfall
