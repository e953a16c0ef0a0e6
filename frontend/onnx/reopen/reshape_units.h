//===- reshape_units.h - Extents of 1 in a reshape --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/reopen/extents.h"

namespace landfall::frontend {

/// A factor of the data's extents, or an entry of the target.
struct ReshapePart {
  Size size;
  int64_t value; ///< At the exported size.
  bool open() const { return !size.is_constant(); }
};

/// The data with as many extents of 1 before (and behind) all others as the
/// target has: free ones stay, constant ones go or come. Several if it is not
/// known which entries of the target the free ones are; in order first.
std::vector<std::vector<ReshapePart>>
with_equal_units(const std::vector<ReshapePart> &data,
                 const std::vector<ReshapePart> &target);

} // namespace landfall::frontend
