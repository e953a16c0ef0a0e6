//===- proto_reader.cpp - Decoding ONNX files -----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "onnx_format/proto_reader.h"

#include "onnx_format/message_reader.h"

namespace landfall::onnx {

Result<ModelProto> read_model(Span data, const std::string &file) {
  return MessageReader().read_all<ModelProto>(data, file);
}

Result<TensorProto> read_tensor(Span data, const std::string &file) {
  return MessageReader().read_all<TensorProto>(data, file);
}

} // namespace landfall::onnx
