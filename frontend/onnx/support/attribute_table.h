//===- attribute_table.h - List attributes as constant tensors --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/owned_constant.h"
#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// A constant tensor of these elements; T must be dtype's storage type.
template <typename T>
Tensor constant_table(Builder &b, DType dtype, const std::vector<T> &values,
                      std::vector<int64_t> dims) {
  return b.constant(owned_constant(dtype, std::move(dims), std::span(values)));
}

/// The same, as a tensor of rank 1.
template <typename T>
Tensor constant_table(Builder &b, DType dtype, const std::vector<T> &values) {
  return constant_table(b, dtype, values,
                        {static_cast<int64_t>(values.size())});
}

/// A constant of strings, of rank 1.
inline Tensor constant_table(Builder &b,
                             const std::vector<std::string> &texts) {
  return b.constant(b.texts({static_cast<int64_t>(texts.size())}, texts));
}

} // namespace landfall::frontend
