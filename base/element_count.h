//===- element_count.h - Elements of a dense tensor ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <span>

namespace landfall {

/// The product of the extents, which are not negative. The caller has checked
/// that it fits; an empty tensor may have other extents whose product would
/// overflow.
inline int64_t element_count(std::span<const int64_t> dims) {
  int64_t count = 1;
  for (int64_t dim : dims)
    count = dim == 0 || count == 0 ? 0 : count * dim;
  return count;
}

} // namespace landfall
