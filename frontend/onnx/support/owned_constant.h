//===- owned_constant.h - Constants made by operators -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

#include <cstring>

namespace landfall::frontend {

/// A constant that owns its elements; T is the type's element in a buffer.
template <typename T>
ConstantData owned_constant(DType dtype, std::vector<int64_t> dims,
                            std::span<const T> values) {
  auto bytes = std::make_shared<std::vector<uint8_t>>(values.size_bytes());
  if (!values.empty())
    std::memcpy(bytes->data(), values.data(), values.size_bytes());
  std::span<const uint8_t> data(*bytes);
  return {dtype, std::move(dims), {std::move(bytes), data}};
}

} // namespace landfall::frontend
