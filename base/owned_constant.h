//===- owned_constant.h - Constants that own their bytes --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/constant_data.h"

#include <utility>

namespace landfall {

/// A constant that owns a copy of these elements, in row-major order; T is what
/// stores one element of the type. The one way to make a constant of elements
/// (`share_bytes` takes over bytes that are already laid out).
template <typename T>
ConstantData owned_constant(DType dtype, std::vector<int64_t> dims,
                            std::span<const T> values) {
  auto bytes = std::as_bytes(values);
  auto *first = reinterpret_cast<const uint8_t *>(bytes.data());
  return {dtype, std::move(dims),
          share_bytes(std::vector<uint8_t>(first, first + bytes.size()))};
}

} // namespace landfall
