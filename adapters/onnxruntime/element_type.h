//===- element_type.h - Element types on both sides -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <landfall/landfall.h>

#include <utility>

namespace landfall::onnxruntime {

/// The three types whose numbers differ: (ONNX Runtime's, ONNX's).
inline constexpr std::pair<int, lf_dtype> renumbered_types[] = {
    {24, LF_UINT2}, {25, LF_INT2}, {26, LF_FLOAT8E8M0}};

/// ONNX's number, which is also Landfall's, of a type of ONNX Runtime.
constexpr lf_dtype dtype_from_ort(int type) {
  for (auto [ort, onnx] : renumbered_types)
    if (type == ort)
      return onnx;
  return type;
}

/// Whether tensors hold several elements in a byte on ONNX Runtime's side.
constexpr bool is_packed(lf_dtype dtype) {
  return dtype == LF_UINT4 || dtype == LF_INT4 || dtype == LF_FLOAT4E2M1 ||
         dtype == LF_UINT2 || dtype == LF_INT2;
}

} // namespace landfall::onnxruntime
