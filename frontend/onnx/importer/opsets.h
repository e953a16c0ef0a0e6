//===- opsets.h - Which version of each operator set applies ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "onnx_format/proto.h"

#include <string>
#include <vector>

namespace landfall::frontend {

/// The newest versions that this frontend supports (ONNX 1.23).
inline constexpr int64_t newest_ir_version = 14;
inline constexpr int64_t newest_opset = 28;

/// The opset imports of a model or function.
class Opsets {
public:
  /// Imports not listed fall back to those of `enclosing`, if given. Throws a
  /// BuildError on versions that do not exist.
  explicit Opsets(const std::vector<onnx::OperatorSetId> &imports,
                  const Opsets *enclosing = nullptr);

  /// Throws for the default domain if no version of it is imported; other
  /// domains are then taken at version 1.
  int version(onnx::Text domain) const;

private:
  std::vector<onnx::OperatorSetId> imports_;
  const Opsets *enclosing_;
};

} // namespace landfall::frontend
