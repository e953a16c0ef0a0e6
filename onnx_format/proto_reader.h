//===- proto_reader.h - Decoding ONNX files --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"
#include "onnx_format/proto.h"

#include <string>

namespace landfall::onnx {

/// Decodes a serialised ModelProto. The result views `bytes`, which must stay.
/// Unknown fields are skipped; malformed bytes give an `invalid_model` error
/// that names `file`, the field and the byte offset. Says nothing about whether
/// the model makes sense.
Result<ModelProto> read_model(Span bytes, const std::string &file);

/// Decodes a serialised TensorProto (test data is stored so), likewise.
Result<TensorProto> read_tensor(Span bytes, const std::string &file);

} // namespace landfall::onnx
