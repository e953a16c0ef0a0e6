//===- scope.h - The values of one graph being imported --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Private to the importer (frontend/onnx/{import,scope,functions,node}.cpp).
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/branch_choices.h"
#include "frontend/onnx/external_data.h"
#include "frontend/onnx/functions.h"
#include "frontend/onnx/graph_plan.h"
#include "frontend/onnx/opsets.h"
#include "ir/builder.h"

#include <unordered_map>

namespace landfall::onnx {

class Scope;

/// What all graphs of one import share.
struct ImportContext {
  const ModelProto &model;
  ModelStore &store;
  ir::Builder &b;
  FunctionTable functions;
  /// Functions being inlined, outermost first: they may not recurse.
  std::vector<const FunctionProto *> calls;
  int depth = 0;                ///< Of nested bodies.
  int64_t nodes_left = 1 << 22; ///< Stops models that unfold without end.
  BranchChoices &choices;
};

/// An attribute as a node sees it, references to the enclosing function's
/// attributes resolved. Body graphs see the values of `scope`.
struct ResolvedAttribute {
  Text name;
  const AttributeProto *proto;
  const Scope *scope;
};
using Attributes = std::vector<ResolvedAttribute>;

/// Names and their values; subgraphs also see those of the graphs around them.
class Scope {
public:
  /// `parameters` are the attributes of the function being inlined, if any.
  Scope(ImportContext &context, const Opsets &opsets,
        const Attributes *parameters, const Scope *outer)
      : context_(context), opsets_(opsets), parameters_(parameters),
        outer_(outer) {}

  void bind(Text name, ir::Any value) { values_[name] = value; }
  /// Null: not there. An empty value: absent.
  const ir::Any *find(Text name) const;
  ir::Any get(Text name) const;

  /// Imports initializers and nodes; inputs must be bound.
  void import(const GraphPlan &plan);
  /// Binds the inputs, imports and returns the outputs.
  std::vector<ir::Any> import(const GraphBody &body,
                              std::span<const ir::Any> inputs);
  /// A body graph of a node in this scope.
  std::vector<ir::Any> import_body(const GraphProto &graph,
                                   std::span<const ir::Any> inputs) const;

private:
  void import_node(const NodeProto &node, const GraphPlan &plan);
  void import_operator(const NodeProto &node, Text domain, int version,
                       const GraphPlan &plan);
  void call(const FunctionProto &function, const NodeProto &node);
  const ResolvedAttribute *parameter(Text name) const;
  Attributes resolve_attributes(const NodeProto &node) const;
  std::vector<ir::Any> inputs_of(const NodeProto &node) const;
  void bind_outputs(const NodeProto &node, std::span<const ir::Any> outputs);

  ImportContext &context_;
  const Opsets &opsets_;
  const Attributes *parameters_;
  const Scope *outer_;
  std::unordered_map<Text, ir::Any> values_;
};

/// Throws if the graph uses names that neither it nor `outer` (may be null)
/// defines.
void check_captures(const GraphPlan &plan, const Scope *outer);

} // namespace landfall::onnx
