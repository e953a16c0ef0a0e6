//===- attribute_table.h - List attributes as constant tensors --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

#include <cstring>

namespace landfall::frontend {

/// A constant tensor of these elements; T must be dtype's storage type.
template <typename T>
Tensor constant_table(Builder &b, DType dtype, const std::vector<T> &values,
                      std::vector<int64_t> dims) {
  auto bytes =
      std::make_shared<std::vector<uint8_t>>(values.size() * sizeof(T));
  if (!values.empty())
    std::memcpy(bytes->data(), values.data(), bytes->size());
  std::span<const uint8_t> data = *bytes;
  return b.constant({dtype, std::move(dims), {bytes, data}});
}

/// The same, as a tensor of rank 1.
template <typename T>
Tensor constant_table(Builder &b, DType dtype, const std::vector<T> &values) {
  return constant_table(b, dtype, values,
                        {static_cast<int64_t>(values.size())});
}

} // namespace landfall::frontend
