//===- functions.h - A model's own functions -------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "onnx_format/proto.h"

#include <map>
#include <tuple>

namespace landfall::frontend {

/// Finds model-local functions. They hide operators of the same name.
class FunctionTable {
public:
  /// Throws a BuildError if two functions have one domain, name and overload.
  explicit FunctionTable(const onnx::ModelProto &model);
  /// Null: the node is not a call.
  const onnx::FunctionProto *find(const onnx::NodeProto &node) const;

private:
  using Key = std::tuple<onnx::Text, onnx::Text,
                         onnx::Text>; ///< Domain, name, overload.
  std::map<Key, const onnx::FunctionProto *> functions_;
};

} // namespace landfall::frontend
