//===- scalar_op.h - Scalar operations by text and by cost -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"

#include <optional>

namespace landfall {

/// How an operation is computed, which decides what it costs.
enum class ScalarCost : uint8_t {
  simple,    ///< An instruction.
  division,  ///< A division or square root instruction.
  remainder, ///< Of integers a division, of reals a long computation.
  series,    ///< A polynomial after a reduction of the argument.
  power,     ///< Two series in a row, in more than working precision.
  library,   ///< A call of the C library, or as long a computation.
};

/// The `cost` column of package/scalar_op.def.
ScalarCost cost_of(ScalarOp op);

/// The operation of this text; nullopt: there is none.
std::optional<ScalarOp> find_scalar_op(std::string_view text);

/// About how many simple instructions one execution on elements of this type
/// takes, where vectors do not help. The only statement of cost: fusion, task
/// splitting and vectorisation decide by it.
double instructions_of(ScalarOp op, DType type);
/// Whether computing it again costs more than storing and loading its result.
bool is_costly(ScalarOp op, DType type);

} // namespace landfall
