//===- tensor_data.h - TensorProto to constants ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/constant_data.h"
#include "base/result.h"
#include "onnx_format/external_data.h"
#include "onnx_format/proto.h"

namespace landfall::onnx {

/// Decodes any storage form. Sub-byte elements get one byte each, bools become
/// 0 or 1; well-aligned raw and external data is not copied. Errors name the
/// tensor. String tensors are `unsupported` here: see `string_elements`.
Result<ConstantData> tensor_data(const TensorProto &tensor, ModelStore &store);

Result<std::vector<std::string>> string_elements(const TensorProto &tensor);

/// The dense tensor, at most 1 GiB.
Result<ConstantData> dense_data(const SparseTensorProto &tensor,
                                ModelStore &store);

/// The elements of an integer or bool constant; nullopt for other types.
/// (uint64 values beyond int64 wrap.)
std::optional<std::vector<int64_t>> integers(const ConstantData &data);

} // namespace landfall::onnx
