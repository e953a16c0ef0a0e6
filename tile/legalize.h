//===- legalize.h - Kernels in a chip's own operations ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "tile/capabilities.h"

namespace landfall::tile {

/// The same function with operations that the vector unit has, where others can
/// be made of them; the rest is left as it is.
///
///  * f16, bf16: computed in f32, rounded once per operation
///  * integers of at most 16 bits: computed in i32, which wraps to the same
///  * conversions: by way of f32 and i32; to narrow integers with clamping
///  * folds in such types: the carried value is in f32 or i32
///  * functions of f32: lane_math.h; pow with certain exponents
Kernel legalize(Kernel kernel, const Capabilities &capabilities);

} // namespace landfall::tile
