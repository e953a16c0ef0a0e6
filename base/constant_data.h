//===- constant_data.h - A tensor known while compiling ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/bytes.h"
#include "base/dtype.h"

#include <cstdint>
#include <vector>

namespace landfall {

/// A dense row-major tensor whose elements are known while compiling. Types
/// below a byte take one byte an element.
struct ConstantData {
  DType dtype;
  std::vector<int64_t> dims;
  Bytes bytes;
};

} // namespace landfall
