//===- proto.h - An ONNX file as plain structs -----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The messages and fields of onnx.proto that a compiler needs, with their ONNX
// names. Text and data are views into the bytes that the model was read from.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace landfall::onnx {

using Text = std::string_view;

/// "" for ONNX's own domain under either of its names.
inline Text canonical_domain(Text domain) {
  return domain == "ai.onnx" ? Text() : domain;
}

using Span = std::span<const uint8_t>;

/// A repeated scalar field in protobuf's wire encoding. The file may hold it in
/// several pieces, each a packed list of elements or a single element: their
/// payloads, in order, one after the other are the elements.
using WirePieces = std::vector<Span>;

struct StringStringEntry {
  Text key;
  Text value;
};

struct OperatorSetId {
  Text domain;
  int64_t version = 0;
};

struct TensorProto {
  enum class Location : uint8_t { inside, external };

  Text name;
  std::vector<int64_t> dims;
  int32_t data_type = 0;
  bool has_segment = false; ///< An obsolete way to split tensors: refused.
  std::optional<Span> raw_data;
  WirePieces float_data;  ///< 4 bytes an element.
  WirePieces double_data; ///< 8 bytes an element.
  WirePieces int32_data;  ///< Varints.
  WirePieces int64_data;  ///< Varints.
  WirePieces uint64_data; ///< Varints.
  std::vector<Text> string_data;
  std::vector<StringStringEntry> external_data;
  Location location = Location::inside;
};

struct SparseTensorProto {
  TensorProto values; ///< Its name is the sparse tensor's.
  TensorProto indices;
  std::vector<int64_t> dims;
};

struct Dimension {
  std::optional<int64_t> value;
  Text param; ///< The name of a dimension without value; may be empty.
};

struct TypeProto {
  enum class Kind : uint8_t {
    none,
    tensor,
    sparse_tensor,
    sequence,
    optional,
    map,
    opaque,
  };
  Kind kind = Kind::none;
  int32_t elem_type = 0; ///< The type of tensor elements; of a map's keys.
  std::optional<std::vector<Dimension>> shape; ///< Absent: unknown rank.
  std::shared_ptr<TypeProto>
      element; ///< The type in a sequence or optional; of a map's values.
};

struct ValueInfoProto {
  Text name;
  TypeProto type;
};

struct GraphProto;

struct AttributeProto {
  enum class Type : int32_t {
    undefined = 0,
    real = 1,
    integer = 2,
    string = 3,
    tensor = 4,
    graph = 5,
    reals = 6,
    integers = 7,
    strings = 8,
    tensors = 9,
    graphs = 10,
    sparse_tensor = 11,
    sparse_tensors = 12,
    type = 13,
    types = 14,
  };
  Text name;
  Text ref_attr_name; ///< Inside functions: the function's attribute to take.
  Type type = Type::undefined;
  float f = 0;
  int64_t i = 0;
  Text s;
  std::shared_ptr<TensorProto> t;
  std::shared_ptr<GraphProto> g;
  std::shared_ptr<SparseTensorProto> sparse_tensor;
  std::shared_ptr<TypeProto> tp;
  std::vector<float> floats;
  std::vector<int64_t> ints;
  std::vector<Text> strings;
  std::vector<TensorProto> tensors;
  std::vector<GraphProto> graphs;
};

struct NodeProto {
  std::vector<Text> input;
  std::vector<Text> output;
  Text name;
  Text op_type;
  Text domain;
  Text overload;
  std::vector<AttributeProto> attribute;
};

struct GraphProto {
  std::vector<NodeProto> node;
  Text name;
  std::vector<TensorProto> initializer;
  std::vector<SparseTensorProto> sparse_initializer;
  std::vector<ValueInfoProto> input;
  std::vector<ValueInfoProto> output;
  std::vector<ValueInfoProto> value_info;
};

struct FunctionProto {
  Text name;
  Text domain;
  Text overload;
  std::vector<Text> input;
  std::vector<Text> output;
  std::vector<Text> attribute;                 ///< Required: no default.
  std::vector<AttributeProto> attribute_proto; ///< With their defaults.
  std::vector<NodeProto> node;
  std::vector<OperatorSetId> opset_import;
};

struct ModelProto {
  int64_t ir_version = 0;
  std::vector<OperatorSetId> opset_import;
  Text producer_name;
  Text producer_version;
  std::optional<GraphProto> graph;
  std::vector<FunctionProto> functions;
  std::vector<StringStringEntry> metadata_props;
};

} // namespace landfall::onnx
