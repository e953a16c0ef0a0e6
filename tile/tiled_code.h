//===- tiled_code.h - What a package holds of tiled kernels ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/package.h"
#include "tile/capabilities.h"

namespace landfall::tile {

/// What a target's `generate` returns for a chip whose driver plans kernels
/// when it loads a package and encodes them at launch
/// (card/tiled_executable.h): a section "tiles" without bytes, which records
/// for each kernel whether the matrix unit computes its sums or why the vector
/// unit does; no section if all kernels fall back. All others have a plan.
std::vector<CodeSection> tiled_code(std::string_view target,
                                    std::span<const Kernel> kernels,
                                    std::span<const Fallback> fallbacks,
                                    const Capabilities &capabilities);

} // namespace landfall::tile
