//===- onnx_fuzz.cpp - Malformed ONNX files -------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Reads models: the wire format, the order of their nodes, the contents of
// their tensors. import_fuzz builds them.
//
//===----------------------------------------------------------------------===//
#include "onnx_format/graph_plan.h"
#include "onnx_format/proto_reader.h"
#include "onnx_format/tensor_data.h"
#include "test/fuzz/fuzz_target.h"
#include "test/fuzz/onnx_seeds.h"

using namespace landfall;
using namespace landfall::onnx;

namespace {

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

} // namespace

std::vector<fuzz::Bytes> fuzz::seeds() { return onnx_seeds(); }

bool fuzz::accepts(std::span<const uint8_t> input) {
  Result<ModelProto> model = read_model(input, "fuzz.onnx");
  (void)read_tensor(input, "fuzz.pb");
  if (!model)
    return false;
  ModelStore store(nullptr, "");
  if (model->graph)
    read_graph(*model->graph, store);
  for (const FunctionProto &function : model->functions)
    read_nodes(body_of(function), store);
  return true;
}
