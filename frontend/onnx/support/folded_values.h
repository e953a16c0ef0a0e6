//===- folded_values.h - Constant results as vectors, for tests -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/attribute_table.h"
#include "ir/module/module.h"

#include <cstring>

namespace landfall::frontend {

/// The elements of a tensor that was computed from constants only.
template <typename T> std::vector<T> folded_values(Tensor x) {
  std::optional<ConstantData> data = x.builder().constant_data(x);
  if (!data)
    return {};
  std::vector<T> values(data->bytes.data.size() / sizeof(T));
  std::memcpy(values.data(), data->bytes.data.data(), data->bytes.data.size());
  return values;
}

} // namespace landfall::frontend
