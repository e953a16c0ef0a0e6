//===- onnx_fuzz.cpp - Malformed ONNX files ------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Reads damaged models: the wire format, the order of their nodes, the contents
// of their tensors. Building them is fuzzed by compile_fuzz.py.
//
//===----------------------------------------------------------------------===//

#include "onnx_format/graph_plan.h"
#include "onnx_format/model_writer_for_test.h"
#include "onnx_format/proto_reader.h"
#include "onnx_format/tensor_data.h"
#include "test/fuzz/fuzz_main.h"

using namespace landfall;
using namespace landfall::onnx;
using namespace landfall::onnx::test;

namespace {

fuzz::Bytes bytes_of(const Message &message) {
  return {message.begin(), message.end()};
}

/// Subgraphs, attributes, a function.
Message branching_model() {
  Message branch =
      graph({node("Relu", {"x"}, {"b"})}, {}, {value("b", float_type, {"N"})});
  return model(
      graph({node("If", {"c"}, {"y"},
                  {graph_attribute("then_branch", branch),
                   graph_attribute("else_branch", branch),
                   int_attribute("k", -3)},
                  "choose"),
             node("f", {"y"}, {"z"}, {reference_attribute("k", "k")}, "call",
                  "local")},
            {value("x", float_type, {"N", "4"}), value("c", bool_type, {})},
            {value("z", float_type, {"N", "4"})},
            {tensor("w", float_type, {1, 2}, std::string(8, '\1'))}),
      {function("f", {"a"}, {"b"}, {node("Relu", {"a"}, {"b"})}, {"k"})});
}

/// A tensor of each element type, raw and in the typed fields.
Message tensors_model() {
  Messages tensors;
  Messages nodes;
  Names all;
  for (int type = 1; type <= 24; ++type) {
    std::string name = "t" + std::to_string(type);
    if (type != 8)
      tensors.push_back(tensor(name, type, {2, 3}, std::string(96, '\2')));
    Message typed;
    protozero::pbf_writer out(typed);
    std::vector<int64_t> dims = {3};
    std::vector<int32_t> numbers = {1, -1, 70000};
    std::vector<float> floats = {1, 2, 3};
    out.add_packed_int64(1, dims.begin(), dims.end());
    out.add_int32(2, type);
    out.add_packed_float(4, floats.begin(), floats.end());
    out.add_packed_int32(5, numbers.begin(), numbers.end());
    out.add_string(6, "a");
    out.add_packed_int64(7, numbers.begin(), numbers.end());
    out.add_string(8, name + "typed");
    tensors.push_back(typed);
    all.push_back(name + "typed");
  }
  return model(graph({node("Concat", all, {"y"})}, {},
                     {value("y", float_type, {"N"})}, tensors));
}

void read_graph(const GraphProto &graph, ModelStore &store);

void read_nodes(const GraphBody &body, ModelStore &store) {
  (void)plan_graph(body);
  for (const TensorProto &tensor : body.initializers) {
    if (Result<ConstantData> data = tensor_data(tensor, store))
      (void)integers(*data);
    (void)string_elements(tensor);
  }
  for (const SparseTensorProto &tensor : body.sparse_initializers)
    (void)dense_data(tensor, store);
  for (const NodeProto &node : body.nodes)
    for (const AttributeProto &attribute : node.attribute)
      if (attribute.g)
        read_graph(*attribute.g, store);
}

void read_graph(const GraphProto &graph, ModelStore &store) {
  read_nodes(body_of(graph), store);
}

bool read_file(const fuzz::Bytes &bytes) {
  Result<ModelProto> model = read_model(bytes, "fuzz.onnx");
  (void)read_tensor(bytes, "fuzz.pb");
  if (!model)
    return false;
  ModelStore store(nullptr, "");
  if (model->graph)
    read_graph(*model->graph, store);
  for (const FunctionProto &function : model->functions)
    read_nodes(body_of(function), store);
  return true;
}

} // namespace

int main(int argc, char **argv) {
  fuzz::Subject subject;
  subject.seeds = {bytes_of(branching_model()), bytes_of(tensors_model())};
  subject.read = read_file;
  return fuzz::run(subject, argc, argv);
}
