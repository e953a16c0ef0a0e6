//===- box_functions.h - Sequences, optionals and maps ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/host_value.h"

namespace landfall::runtime {

/// Applies one of the host functions of `Op::box`. Arguments are checked: wrong
/// ones fail with `run_failed` (a position out of range, an empty
/// optional) or `internal` (counts and kinds, which the compiler decides).
Result<HostValue> apply_box_function(BoxFunction function,
                                     std::span<const HostValue> arguments,
                                     std::span<const uint32_t> extra);

/// Whether the function's result, where it is a tensor, goes back to the
/// device (an element taken out), or stays boxed (an optional holding it).
bool unboxes(BoxFunction function);

} // namespace landfall::runtime
