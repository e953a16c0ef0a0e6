//===- proto_writer.h - Messages of onnx.proto ------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "adapters/onnxruntime/graph.h"

#include <protozero/pbf_writer.hpp>

#include <string>

namespace landfall::onnxruntime {

/// Writes what ONNX Runtime's handles stand for as messages of onnx.proto, into
/// a GraphProto. Field numbers are those of onnx.proto.
class ProtoWriter {
public:
  /// `directory`: where the model's external data lies; "": it came from
  /// memory, and constants are then embedded.
  ProtoWriter(const Api &api, std::string directory)
      : api_(api), directory_(std::move(directory)) {}

  /// A NodeProto with its attributes and subgraphs. The node must be one that
  /// can be written (model_writer.h).
  void add_node(protozero::pbf_writer &graph, const Node &node);
  /// An initializer.
  void add_constant(protozero::pbf_writer &graph, const GraphValue &value);
  /// A ValueInfoProto in the field; of its shape only the rank unless
  /// `with_extents`.
  void add_value(protozero::pbf_writer &graph, int field,
                 const GraphValue &value, bool with_extents);
  /// Whether a constant was written as a place in a file.
  bool has_external_data() const { return has_external_data_; }

private:
  void add_attribute(protozero::pbf_writer &node, const OrtOpAttr *attribute,
                     const std::string &name, int type);
  void add_graph(protozero::pbf_writer &attribute, const Graph &graph);
  void add_tensor(protozero::pbf_writer &parent, int field,
                  const std::string &name, const OrtValue *value);
  void add_external(protozero::pbf_writer &graph, const GraphValue &value,
                    const GraphValue::Place &place);
  void add_type(protozero::pbf_writer &type, const ValueType &value,
                bool with_extents);

  const Api &api_;
  std::string directory_;
  bool has_external_data_ = false;
};

} // namespace landfall::onnxruntime
