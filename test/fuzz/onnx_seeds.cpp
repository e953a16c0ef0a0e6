//===- onnx_seeds.cpp - Models that use the whole format ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "test/fuzz/onnx_seeds.h"
#include "onnx_format/model_writer_for_test.h"

namespace landfall::fuzz {

namespace {

using namespace onnx::test;

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

} // namespace

std::vector<Bytes> onnx_seeds() {
  std::vector<Bytes> seeds;
  for (const Message &model : {branching_model(), tensors_model()})
    seeds.emplace_back(model.begin(), model.end());
  return seeds;
}

} // namespace landfall::fuzz
