//===- signature.h - Declared types of graph inputs ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/proto.h"
#include "ir/builder.h"
#include "package/program.h"

namespace landfall::onnx {

/// What a model input accepts. Extents that are 0 or negative stand for "any"
/// with several exporters and are taken so, except the length 0 of an integer
/// list (no axes); so are placeholder names like "?".
/// Throws a BuildError for types that no input can have.
SignatureValue signature_of(const ValueInfoProto &input);

/// The same as what is known of a value; null: nothing.
std::shared_ptr<const ir::BoxFacts> declared_facts(const TypeProto &type);

/// Throws a BuildError if the declaration contradicts the initializer.
void check_declaration(const ValueInfoProto &declared,
                       const TensorProto &initializer);

} // namespace landfall::onnx
