//===- graph.h - ONNX Runtime's graphs, read --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Views of graphs that ONNX Runtime hands out. They and all that they return
// live during the call of the provider that they were made in. Functions throw
// Failure where ONNX Runtime reports one.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "adapters/onnxruntime/failure.h"

#include <string>
#include <utility>
#include <vector>

namespace landfall::onnxruntime {

/// The type of a value. Sequences and optionals have one element type.
struct ValueType {
  int kind = 0; ///< ValueKind; 0: not known.
  // Of tensors.
  int element_type = 0; ///< ONNX's number.
  bool has_shape = false;
  std::vector<int64_t> dims;      ///< -1: free.
  std::vector<std::string> names; ///< Of free dimensions; "" if they have none.
  std::vector<ValueType> element; ///< One, of sequences and optionals.
};

/// A value of a graph; none is an optional that is left out.
class GraphValue {
public:
  GraphValue(const Api &api, const OrtValueInfo *info)
      : api_(&api), info_(info) {}

  explicit operator bool() const { return info_ != nullptr; }
  std::string name() const;
  ValueType type() const;
  /// A constant of this graph or of one around it.
  bool is_constant() const;
  bool is_graph_output() const;
  /// The constant's value, owned by the graph. ONNX Runtime reads a file for it
  /// if it lies in one.
  const OrtValue *constant() const;

  /// Where a constant lies that is in a file.
  struct Place {
    std::string file; ///< Relative to the model's folder.
    int64_t offset;
    size_t bytes;
  };
  /// False: it is in no file.
  bool find_place(Place &place) const;

private:
  const Api *api_;
  const OrtValueInfo *info_;
};

class Graph;

class Node {
public:
  Node(const Api &api, const OrtNode *node) : api_(&api), node_(node) {}

  const OrtNode *get() const { return node_; }
  size_t id() const;
  std::string name() const; ///< Often "".
  std::string op() const;
  std::string domain() const;   ///< "" is ONNX's own.
  std::string provider() const; ///< Who has claimed it; "": nobody.
  std::vector<GraphValue> inputs() const;
  std::vector<GraphValue> outputs() const;
  /// What its subgraphs take from around them.
  std::vector<GraphValue> implicit_inputs() const;
  std::vector<const OrtOpAttr *> attributes() const;
  /// (attribute, graph).
  std::vector<std::pair<std::string, Graph>> subgraphs() const;
  /// For messages: "node 'N' (Op)".
  std::string text() const;
  /// "Op", or "domain.Op".
  std::string full_op() const;

  /// Of a string attribute; "" if there is none of that name.
  std::string string_attribute(const char *name) const;
  /// 0 if there is none of that name.
  int64_t int_attribute(const char *name) const;

private:
  const OrtOpAttr *attribute(const char *name) const;

  const Api *api_;
  const OrtNode *node_;
};

class Graph {
public:
  Graph(const Api &api, const OrtGraph *graph) : api_(&api), graph_(graph) {}

  std::string name() const;
  /// The folder of the model's file; "" if it came from memory.
  std::string directory() const;
  int64_t ir_version() const;
  std::vector<std::pair<std::string, int64_t>> operator_sets() const;
  bool is_nested() const;
  std::vector<Node> nodes() const; ///< Producers before consumers.
  std::vector<GraphValue> inputs() const;
  std::vector<GraphValue> outputs() const;
  std::vector<GraphValue> initializers() const;

private:
  const Api *api_;
  const OrtGraph *graph_;
};

/// An attribute's name, and its type: 0 for one that cannot be read.
std::pair<std::string, int> describe_attribute(const Api &api,
                                               const OrtOpAttr *attribute);
/// The bytes of an attribute of numbers or strings: strings one after the
/// other, each with a NUL.
std::string read_attribute(const Api &api, const OrtOpAttr *attribute,
                           int type);

} // namespace landfall::onnxruntime
