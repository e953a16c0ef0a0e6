//===- element_count.h - Elements of a dense tensor ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

namespace landfall {

/// The product of the extents, which are not negative. The caller has checked
/// that it fits; an empty tensor may have other extents whose product would
/// overflow.
inline int64_t element_count(std::span<const int64_t> dims) {
  if (std::find(dims.begin(), dims.end(), 0) != dims.end())
    return 0;
  int64_t count = 1;
  for (int64_t dim : dims)
    count *= dim;
  return count;
}

} // namespace landfall
