//===- box_functions.h - Sequences, optionals and maps ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/host_value.h"

namespace landfall::runtime {

/// Applies a host function of `Op::box` (package/box_function.def), but
/// sequence_push. Fails with `run_failed` on wrong values (a position out of
/// range, an empty optional), with `internal` on wrong counts or kinds of
/// arguments.
Result<HostValue>
apply_box_function(BoxFunction function,
                   std::span<const HostValue *const> arguments,
                   std::span<const uint32_t> extra);

/// Inserts an element before a position, at the end if that is null: what
/// sequence_push does, in time that does not depend on the sequence's length
/// unless others move.
Status push(HostValue &sequence, const HostValue &element,
            const HostValue *position);

/// Whether a tensor result of the function is uploaded to the device (an
/// element taken from a sequence); else it stays boxed on the host (an
/// optional).
bool unboxes(BoxFunction function);

} // namespace landfall::runtime
