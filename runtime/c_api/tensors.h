//===- tensors.h - Tensors with checked arguments, in C ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/c_api/objects.h"

namespace landfall::c_api {

/// A tensor of numbers without its elements; the shape's bytes in `bytes`.
Result<runtime::HostTensor> shaped(lf_dtype dtype, const int64_t *dims,
                                   size_t rank, size_t &bytes);

/// The shape's number of elements.
Result<size_t> count_of(const std::vector<int64_t> &dims);

/// The dims, which may be NULL for rank 0.
Result<std::vector<int64_t>> dims_of(const int64_t *dims, size_t rank);

/// What may be written while nobody else has the tensor.
inline uint8_t *writable(runtime::HostTensor &tensor) {
  return const_cast<uint8_t *>(tensor.bytes.data.data());
}

inline MadeValue wrap_tensor(runtime::HostTensor tensor) {
  return lf_value::wrap({std::move(tensor)});
}

} // namespace landfall::c_api
