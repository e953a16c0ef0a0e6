//===- constant_data.h - Tensors of the file as constants -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/scope.h"
#include "onnx_format/tensor_data.h"

namespace landfall::frontend {

/// The tensor's elements; strings as their numbers in the model's texts.
inline ConstantData constant_data(const onnx::TensorProto &tensor,
                                  ImportContext &context) {
  if (tensor.data_type != info(DType::string).onnx)
    return value_or_throw(onnx::tensor_data(tensor, context.store));
  return context.b.texts(tensor.dims,
                         value_or_throw(onnx::string_elements(tensor)));
}

} // namespace landfall::frontend
