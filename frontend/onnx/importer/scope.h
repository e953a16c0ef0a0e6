//===- scope.h - The values of one graph being imported --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Private to the importer (frontend/onnx/{import,scope,functions,node}.cpp).
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/branch_choices.h"
#include "frontend/onnx/importer/functions.h"
#include "frontend/onnx/importer/opsets.h"
#include "ir/builder.h"
#include "onnx_format/external_data.h"
#include "onnx_format/graph_plan.h"

#include <unordered_map>

namespace landfall::frontend {

class Scope;
class Survey;

/// What all graphs of one import share.
struct ImportContext {
  const onnx::ModelProto &model;
  onnx::ModelStore &store;
  ir::Builder &b;
  FunctionTable functions;
  /// Functions being inlined, outermost first: they may not recurse.
  std::vector<const onnx::FunctionProto *> calls;
  int depth = 0;                ///< The current nesting of bodies.
  int64_t nodes_left = 1 << 22; ///< Limits the inlining of functions.
  BranchChoices &choices;
  Survey *survey = nullptr; ///< Of the main graph, if one is made.
};

/// An attribute as a node sees it, references to the enclosing function's
/// attributes resolved. Body graphs see the values of `scope`.
struct ResolvedAttribute {
  onnx::Text name;
  const onnx::AttributeProto *proto;
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

  void bind(onnx::Text name, ir::Any value) { values_[name] = value; }
  /// Null: not there. An empty value: absent.
  const ir::Any *find(onnx::Text name) const;
  ir::Any get(onnx::Text name) const;

  /// Imports initializers and nodes; inputs must be bound.
  void import(const onnx::GraphPlan &plan);
  /// Binds the inputs, imports and returns the outputs.
  std::vector<ir::Any> import(const onnx::GraphBody &body,
                              std::span<const ir::Any> inputs);
  /// A body graph of a node in this scope.
  std::vector<ir::Any> import_body(const onnx::GraphProto &graph,
                                   std::span<const ir::Any> inputs) const;

private:
  void survey_node(const onnx::NodeProto &node, const onnx::GraphPlan &plan);
  void leave_out(const onnx::NodeProto &node);
  void import_node(const onnx::NodeProto &node, const onnx::GraphPlan &plan);
  void import_operator(const onnx::NodeProto &node, onnx::Text domain,
                       int version, const onnx::GraphPlan &plan);
  void call(const onnx::FunctionProto &function, const onnx::NodeProto &node);
  const ResolvedAttribute *parameter(onnx::Text name) const;
  Attributes resolve_attributes(const onnx::NodeProto &node) const;
  std::vector<ir::Any> inputs_of(const onnx::NodeProto &node) const;
  void bind_outputs(const onnx::NodeProto &node,
                    std::span<const ir::Any> outputs);

  ImportContext &context_;
  const Opsets &opsets_;
  const Attributes *parameters_;
  const Scope *outer_;
  std::unordered_map<onnx::Text, ir::Any> values_;
};

/// Throws if the graph uses names that neither it nor `outer` (may be null)
/// defines.
void check_captures(const onnx::GraphPlan &plan, const Scope *outer);

} // namespace landfall::frontend
