//===- tensor.h - Tensors between files and the library ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/bytes.h"
#include "base/dtype.h"
#include "base/result.h"

#include <landfall/landfall.hpp>

#include <memory>
#include <string>
#include <vector>

namespace landfall::cli {

/// A dense row-major tensor. Elements of sub-byte types take one byte each.
/// Strings live in `strings`, everything else in `bytes`.
struct Tensor {
  DType dtype = DType::f32;
  std::vector<int64_t> dims;
  Bytes bytes;
  std::vector<std::string> strings;

  int64_t element_count() const;
};

/// Allocates zeroed bytes for a tensor.
Tensor make_tensor(DType dtype, std::vector<int64_t> dims);

/// The tensor for the library, which views its bytes: they must stay.
Result<lf::Value> to_value(const Tensor &tensor);

/// A tensor of the library's, whose bytes it views: `owner` keeps them.
Tensor from_value(const lf_value *value, std::shared_ptr<const void> owner);

} // namespace landfall::cli
