//===- order_key.h - Values as integers in the same order -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// The type of the keys of values: i64 for types of 64 bits, else i32.
DType order_key_type(DType type);

/// Inside a body: an integer that is the greater the earlier x comes when
/// sorting values (value_before): descending or ascending, NaN greater than any
/// number. Values that are equal, as -0 and 0 are, have equal keys.
Scalar order_key(Scalar x, bool descending);

} // namespace landfall::frontend
