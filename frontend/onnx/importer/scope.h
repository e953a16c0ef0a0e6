//===- scope.h - The values of one graph being imported --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Private to the importer (frontend/onnx/{import,scope,functions,node}.cpp).
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/functions.h"
#include "frontend/onnx/importer/import.h"
#include "frontend/onnx/importer/opsets.h"
#include "ir/box_facts.h"
#include "onnx_format/external_data.h"
#include "onnx_format/graph_plan.h"

#include <unordered_map>

namespace landfall::frontend {

class NodeHook;
class Scope;
struct NodeState;
class Survey;

/// Thrown while a node is imported: what it makes depends on a number that only
/// the run knows (Node::decide).
struct OpenQuestion {
  ir::Size value;
  std::vector<int64_t> candidates; ///< The likely ones first.
  std::string what;                ///< Names the number in errors.
  size_t number;                   ///< Which of the node's questions it is.
};

/// Answers to questions of one node, by their number: a node that is imported
/// again asks the same questions in the same order.
using Answers = std::vector<std::pair<size_t, int64_t>>;

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
  /// How many nodes may still be imported as parts of alternatives, beyond one
  /// import of each.
  int64_t repeats_left = 0;
  Assumptions assumptions = {};
  Survey *survey = nullptr; ///< Of the main graph, if one is made.
  NodeHook *hook = nullptr; ///< Sees each node, if there is one.
  std::vector<std::string> warnings = {}; ///< Of nodes (Node::warn).
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

  void bind(onnx::Text name, ir::Any value) {
    values_[name] = std::move(value);
  }
  /// Null: not there. An empty value: absent.
  const ir::Any *find(onnx::Text name) const;
  ir::Any get(onnx::Text name) const;

  /// Imports initializers and nodes; inputs must be bound. The values of
  /// `outputs` can be got afterwards, those of other nodes not always.
  void import(const onnx::GraphBody &body, const onnx::GraphPlan &plan);
  /// Binds the inputs, imports and returns the outputs.
  std::vector<ir::Any> import(const onnx::GraphBody &body,
                              std::span<const ir::Any> inputs);
  /// A body graph of a node in this scope.
  std::vector<ir::Any> import_body(const onnx::GraphProto &graph,
                                   std::span<const ir::Any> inputs) const;

  /// What a replay leaves behind: node states refer to it.
  struct Replayed {
    std::vector<onnx::NodeProto> nodes;
    onnx::GraphBody body;
    std::unique_ptr<Scope> scope;
  };
  /// Imports what leads from `sources`, which get these values, to `result` in
  /// this scope's graph, in a scope of its own; `seen` gets each node's state,
  /// functions' excepted, when it has been imported.
  ir::Any replay(std::span<const std::string> sources,
                 std::span<const ir::Any> values, const std::string &result,
                 const std::function<void(const NodeState &)> &seen,
                 Replayed &replayed) const;

  //===--- What only the run decides --------------------------------------===//
  /// The number that the rest of the graph is imported for; nullopt: any.
  std::optional<int64_t> answer(ir::Size value) const;
  /// The last rank that was decided.
  std::optional<int64_t> last_rank() const;
  /// The tensor that the box is known to hold; empty: not known.
  ir::Tensor unboxed(const ir::Box &box) const;

private:
  void import_nodes(const onnx::GraphPlan &plan, size_t begin,
                    std::span<const onnx::Text> outputs, Answers answers);
  void import_alternatives(const onnx::GraphPlan &plan, size_t begin,
                           std::span<const onnx::Text> outputs,
                           const Answers &answers,
                           const OpenQuestion &question);
  void assume_answer(const onnx::GraphPlan &plan, const onnx::NodeProto &node,
                     const Answers &answers, const OpenQuestion &question);
  void survey_node(const onnx::NodeProto &node, const onnx::GraphPlan &plan,
                   const Answers &answers);
  void leave_out(const onnx::NodeProto &node);
  void import_node(const onnx::NodeProto &node, const onnx::GraphPlan &plan,
                   const Answers &answers);
  void import_operator(const onnx::NodeProto &node, onnx::Text domain,
                       int version, const onnx::GraphPlan &plan,
                       const Answers &answers);
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
  std::vector<std::pair<ir::Size, int64_t>> answers_;
  std::unordered_map<void *, ir::Tensor> unboxed_; ///< By Box::opaque().
  std::optional<int64_t> last_rank_;
  const Scope *caller_ = nullptr; ///< Of a function: the scope of the call.
  const onnx::GraphBody *body_ = nullptr;
  const std::function<void(const NodeState &)> *seen_ = nullptr;
};

/// Throws if the graph uses names that neither it nor `outer` (may be null)
/// defines.
void check_captures(const onnx::GraphPlan &plan, const Scope *outer);

} // namespace landfall::frontend
