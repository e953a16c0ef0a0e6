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

/// Decodes a serialised ModelProto. The result views `bytes`, which must
/// outlive it. Unknown fields are skipped. Malformed bytes are an
/// `invalid_model` error with `file`, the field and the byte offset. The model
/// is not validated beyond the encoding.
Result<ModelProto> read_model(Span bytes, const std::string &file);

/// Decodes a serialised TensorProto (the format of test data) in the same way.
Result<TensorProto> read_tensor(Span bytes, const std::string &file);

} // namespace landfall::onnx
