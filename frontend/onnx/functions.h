//===- functions.h - A model's own functions -------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/proto.h"

#include <map>
#include <tuple>

namespace landfall::onnx {

/// Finds model-local functions. They hide operators of the same name.
class FunctionTable {
public:
  /// Throws a BuildError if two functions have one domain, name and overload.
  explicit FunctionTable(const ModelProto &model);
  /// Null: the node is not a call.
  const FunctionProto *find(const NodeProto &node) const;

private:
  using Key = std::tuple<Text, Text, Text>; ///< Domain, name, overload.
  std::map<Key, const FunctionProto *> functions_;
};

} // namespace landfall::onnx
