//===- map_functions.h - What the host does with maps -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/host_value.h"

#include <optional>

namespace landfall::runtime {

/// Applies a function of package/box_function.def whose name begins with
/// "map_"; nothing if it is another one. Fails with `run_failed` on a map that
/// the function cannot take, with `internal` on wrong arguments.
std::optional<Result<HostValue>>
apply_map_function(BoxFunction function,
                   std::span<const HostValue *const> arguments,
                   std::span<const uint32_t> extra);

} // namespace landfall::runtime
