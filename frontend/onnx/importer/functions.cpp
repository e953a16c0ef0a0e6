//===- functions.cpp ------------------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/functions.h"

#include "frontend/onnx/importer/opsets.h"
#include "ir/builder.h"

namespace landfall::frontend {

FunctionTable::FunctionTable(const onnx::ModelProto &model) {
  for (const onnx::FunctionProto &function : model.functions) {
    Key key{onnx::canonical_domain(function.domain), function.name,
            function.overload};
    if (!functions_.emplace(key, &function).second)
      throw BuildError(ErrorCode::invalid_model,
                       "the model defines the function '" +
                           std::string(function.name) + "' of domain '" +
                           std::string(function.domain) + "' twice");
  }
}

const onnx::FunctionProto *
FunctionTable::find(const onnx::NodeProto &node) const {
  auto found = functions_.find(
      {onnx::canonical_domain(node.domain), node.op_type, node.overload});
  return found == functions_.end() ? nullptr : found->second;
}

} // namespace landfall::frontend
