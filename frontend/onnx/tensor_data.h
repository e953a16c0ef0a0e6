//===- tensor_data.h - TensorProto to constants ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/external_data.h"
#include "frontend/onnx/proto.h"
#include "ir/builder.h"

namespace landfall::onnx {

/// Decodes any storage form. Sub-byte elements get one byte each, bools become
/// 0 or 1; well-aligned raw and external data is not copied. Errors name the
/// tensor. String tensors are `unsupported` here: see `string_elements`.
Result<ir::ConstantData> tensor_data(const TensorProto &tensor,
                                     ModelStore &store);

Result<std::vector<std::string>> string_elements(const TensorProto &tensor);

/// The dense tensor, at most 1 GiB.
Result<ir::ConstantData> dense_data(const SparseTensorProto &tensor,
                                    ModelStore &store);

/// The elements of an integer or bool constant; nullopt for other types.
/// (uint64 values beyond int64 wrap.)
std::optional<std::vector<int64_t>> integers(const ir::ConstantData &data);

} // namespace landfall::onnx
