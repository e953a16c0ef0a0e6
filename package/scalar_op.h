//===- scalar_op.h - Names and costs of scalar operations ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"

#include <optional>

namespace landfall {

/// How an operation is computed, which determines its cost.
enum class ScalarCost : uint8_t {
  simple,    ///< One instruction.
  division,  ///< A division or square root instruction.
  remainder, ///< Integers: a division. Reals: a call of the C library.
  series,    ///< Range reduction of the argument, then a polynomial.
  power,     ///< A logarithm and an exponential, with extra precision.
  library,   ///< A call of the C library, or code that takes as long.
};

/// The `cost` column of package/scalar_op.def.
ScalarCost cost_of(ScalarOp op);

/// The operation with this `text` in package/scalar_op.def; nullopt: none.
std::optional<ScalarOp> find_scalar_op(std::string_view text);

/// The cost of one execution on one element of this type, without
/// vectorization, as an approximate number of simple instructions. The only
/// cost model of operations: fusion, the size of tasks and vectorization use
/// it.
double instructions_of(ScalarOp op, DType type);
/// Whether computing a value again costs more than storing it once and loading
/// it again.
bool is_costly(ScalarOp op, DType type);

} // namespace landfall
