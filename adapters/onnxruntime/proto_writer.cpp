//===- proto_writer.cpp - Messages of onnx.proto --------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "adapters/onnxruntime/proto_writer.h"

#include "adapters/onnxruntime/tensors.h"

#include <algorithm>
#include <cstring>
#include <set>

namespace landfall::onnxruntime {

namespace {

using protozero::pbf_writer;

/// onnx.proto's numbers of the types of attributes.
enum ProtoAttribute : int {
  proto_float = 1,
  proto_int = 2,
  proto_string = 3,
  proto_tensor = 4,
  proto_graph = 5,
  proto_floats = 6,
  proto_ints = 7,
  proto_strings = 8
};

template <typename Number>
std::vector<Number> numbers_in(const std::string &bytes) {
  std::vector<Number> list(bytes.size() / sizeof(Number));
  if (!list.empty())
    std::memcpy(list.data(), bytes.data(), list.size() * sizeof(Number));
  return list;
}

std::vector<std::string> strings_in(const std::string &bytes) {
  std::vector<std::string> list;
  for (size_t begin = 0; begin < bytes.size();) {
    size_t end = std::min(bytes.find('\0', begin), bytes.size());
    list.push_back(bytes.substr(begin, end - begin));
    begin = end + 1;
  }
  return list;
}

/// Names of inputs or outputs: "" for one that is left out, none at the end.
void add_names(pbf_writer &node, int field,
               const std::vector<GraphValue> &values) {
  size_t count = values.size();
  while (count > 0 && !values[count - 1])
    --count;
  for (size_t i = 0; i < count; ++i)
    node.add_string(field, values[i].name());
}

/// The runtime fills in what an operator's schema has as default. That of RNN
/// has two functions, of which a layer of one direction takes one.
bool is_filled_in(const Node &node, const std::string &name,
                  const std::string &bytes) {
  if (node.op() != "RNN" || !node.domain().empty() || name != "activations")
    return false;
  return std::ranges::all_of(strings_in(bytes), [](const std::string &text) {
    return text == "Tanh";
  });
}

} // namespace

void ProtoWriter::add_node(pbf_writer &graph, const Node &node) {
  pbf_writer out(graph, 1);
  add_names(out, 1, node.inputs());
  add_names(out, 2, node.outputs());
  out.add_string(3, node.name());
  out.add_string(4, node.op());
  std::set<std::string> graphs;
  for (const auto &[name, body] : node.subgraphs()) {
    graphs.insert(name);
    pbf_writer attribute(out, 5);
    attribute.add_string(1, name);
    attribute.add_enum(20, proto_graph);
    add_graph(attribute, body);
  }
  for (const OrtOpAttr *attribute : node.attributes()) {
    auto [name, type] = describe_attribute(api_, attribute);
    if (graphs.contains(name))
      continue;
    if (type == attribute_strings &&
        is_filled_in(node, name, read_attribute(api_, attribute, type)))
      continue;
    add_attribute(out, attribute, name, type);
  }
  out.add_string(7, node.domain());
}

void ProtoWriter::add_attribute(pbf_writer &node, const OrtOpAttr *attribute,
                                const std::string &name, int type) {
  pbf_writer out(node, 5);
  out.add_string(1, name);
  if (type == attribute_tensor) {
    OrtValue *value = nullptr;
    check(api_, api_.OpAttr_GetTensorAttributeAsOrtValue(attribute, &value));
    OwnedOrtValue owner(api_, value);
    out.add_enum(20, proto_tensor);
    add_tensor(out, 5, "", value);
    return;
  }
  std::string bytes = read_attribute(api_, attribute, type);
  if (type == attribute_int) {
    out.add_enum(20, proto_int);
    for (int64_t number : numbers_in<int64_t>(bytes))
      out.add_int64(3, number);
  } else if (type == attribute_ints) {
    out.add_enum(20, proto_ints);
    auto numbers = numbers_in<int64_t>(bytes);
    out.add_packed_int64(8, numbers.begin(), numbers.end());
  } else if (type == attribute_float) {
    out.add_enum(20, proto_float);
    for (float number : numbers_in<float>(bytes))
      out.add_float(2, number);
  } else if (type == attribute_floats) {
    out.add_enum(20, proto_floats);
    auto numbers = numbers_in<float>(bytes);
    out.add_packed_float(7, numbers.begin(), numbers.end());
  } else if (type == attribute_string) {
    out.add_enum(20, proto_string);
    out.add_bytes(4, bytes);
  } else if (type == attribute_strings) {
    out.add_enum(20, proto_strings);
    for (const std::string &text : strings_in(bytes))
      out.add_bytes(9, text);
  }
}

void ProtoWriter::add_graph(pbf_writer &attribute, const Graph &graph) {
  pbf_writer out(attribute, 6);
  for (const Node &node : graph.nodes())
    add_node(out, node);
  out.add_string(2, graph.name());
  for (const GraphValue &value : graph.inputs())
    add_value(out, 11, value, true);
  for (const GraphValue &value : graph.initializers())
    add_constant(out, value);
  for (const GraphValue &value : graph.outputs())
    add_value(out, 12, value, false);
}

void ProtoWriter::add_constant(pbf_writer &graph, const GraphValue &value) {
  GraphValue::Place place;
  if (!directory_.empty() && value.find_place(place))
    add_external(graph, value, place);
  else
    add_tensor(graph, 5, value.name(), value.constant());
}

void ProtoWriter::add_external(pbf_writer &graph, const GraphValue &value,
                               const GraphValue::Place &place) {
  ValueType type = value.type();
  pbf_writer tensor(graph, 5);
  tensor.add_packed_int64(1, type.dims.begin(), type.dims.end());
  tensor.add_int32(2, type.element_type);
  tensor.add_string(8, value.name());
  auto add_entry = [&](const char *key, const std::string &text) {
    pbf_writer entry(tensor, 13);
    entry.add_string(1, key);
    entry.add_string(2, text);
  };
  add_entry("location", place.file);
  add_entry("offset", std::to_string(place.offset));
  add_entry("length", std::to_string(place.bytes));
  tensor.add_enum(14, 1);
  has_external_data_ = true;
}

void ProtoWriter::add_tensor(pbf_writer &parent, int field,
                             const std::string &name, const OrtValue *value) {
  TensorView tensor(api_, value);
  pbf_writer out(parent, field);
  out.add_packed_int64(1, tensor.dims().begin(), tensor.dims().end());
  out.add_int32(2, tensor.dtype());
  if (!name.empty())
    out.add_string(8, name);
  if (tensor.dtype() == LF_STRING) {
    for (const std::string &text : tensor.strings())
      out.add_bytes(6, text);
    return;
  }
  out.add_bytes(9, static_cast<const char *>(tensor.data()), tensor.bytes());
}

void ProtoWriter::add_value(pbf_writer &graph, int field,
                            const GraphValue &value, bool with_extents) {
  pbf_writer out(graph, field);
  out.add_string(1, value.name());
  ValueType type = value.type();
  if (type.kind == 0)
    return;
  pbf_writer type_out(out, 2);
  add_type(type_out, type, with_extents);
}

void ProtoWriter::add_type(pbf_writer &type, const ValueType &value,
                           bool with_extents) {
  if (value.kind == kind_sequence || value.kind == kind_optional) {
    pbf_writer out(type, value.kind == kind_sequence ? 4 : 9);
    pbf_writer element(out, 1);
    add_type(element, value.element.front(), with_extents);
    return;
  }
  if (value.kind != kind_tensor)
    return;
  pbf_writer tensor(type, 1);
  tensor.add_int32(1, value.element_type);
  if (!value.has_shape)
    return;
  // protozero drops a nested message that stays empty; these two mean
  // something.
  if (value.dims.empty())
    return tensor.add_message(2, std::string());
  pbf_writer shape(tensor, 2);
  for (size_t d = 0; d < value.dims.size(); ++d) {
    bool is_named = value.dims[d] >= 0 || !value.names[d].empty();
    if (!with_extents || !is_named) {
      shape.add_message(1, std::string());
      continue;
    }
    pbf_writer dim(shape, 1);
    if (value.dims[d] >= 0)
      dim.add_int64(1, value.dims[d]);
    else
      dim.add_string(2, value.names[d]);
  }
}

} // namespace landfall::onnxruntime
