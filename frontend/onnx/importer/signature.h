//===- signature.h - Declared types of graph inputs ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/box_facts.h"
#include "onnx_format/proto.h"
#include "package/program.h"

namespace landfall::frontend {

/// The signature of a model input. Extents of 0 or below mean "any", as several
/// exporters write them, except the length 0 of an integer list (no axes).
/// Placeholder names such as "?" also mean "any".
/// Throws a BuildError for types that no input can have.
SignatureValue signature_of(const onnx::ValueInfoProto &input);

/// The declared type as facts about a value; null: nothing is declared.
std::shared_ptr<const ir::BoxFacts> declared_facts(const onnx::TypeProto &type);

/// Throws a BuildError if the declaration contradicts the initializer.
void check_declaration(const onnx::ValueInfoProto &declared,
                       const onnx::TensorProto &initializer);

} // namespace landfall::frontend
