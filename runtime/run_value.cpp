//===- run_value.cpp - What a value register holds ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/run_value.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace landfall::runtime {

Result<size_t> tensor_bytes(DType dtype, std::span<const int64_t> dims) {
  int64_t bytes = size_of(dtype);
  bool overflow = false;
  bool empty = false;
  for (int64_t dim : dims) {
    if (dim < 0)
      return Error{ErrorCode::run_failed,
                   fmt::format("a tensor would get the negative extent {} "
                               "(shape {})",
                               dim, dims_text(dims))};
    empty |= dim == 0;
    overflow |= __builtin_mul_overflow(bytes, dim, &bytes);
  }
  if (empty)
    return size_t(0);
  if (overflow)
    return Error{ErrorCode::out_of_memory,
                 fmt::format("a tensor of shape {} ({}) is larger than any "
                             "memory",
                             dims_text(dims), name(dtype))};
  return static_cast<size_t>(bytes);
}

std::string dims_text(std::span<const int64_t> dims) {
  return dims.empty() ? "scalar" : fmt::format("{}", fmt::join(dims, "x"));
}

} // namespace landfall::runtime
