//===- onnx_seeds.h - Models that use the whole format ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "test/fuzz/fuzz_target.h"

namespace landfall::fuzz {

/// Valid models.
std::vector<Bytes> onnx_seeds();

} // namespace landfall::fuzz
