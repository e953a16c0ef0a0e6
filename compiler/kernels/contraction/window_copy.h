//===- window_copy.h - Making padded copies of images ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/window_side.h"

namespace landfall::kernels {

/// Packs a part of WindowSide::copy, for which the packer is. There is one
/// panel. Writes whole vectors, so that a row of the target may have a vector
/// more than its lanes; the rows of the target need not be aligned.
void copy_windows(Packer &packer, const WindowSide &side,
                  const PackTarget &target);

} // namespace landfall::kernels
