//===- import_test.cpp ----------------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/import.h"

#include "ir/builder.h"
#include "ir/module/module.h"
#include "onnx_format/model_writer_for_test.h"

#include <gtest/gtest.h>

namespace landfall::frontend {
namespace {

using namespace onnx::test;

/// The core IR's text, or "error: " and the message.
std::string import(const Bytes &bytes) {
  ir::Module module;
  ir::Builder builder(module);
  auto result = import_model(bytes, {"m.onnx", ""}, builder);
  return result ? module.print() : "error: " + render(result.error());
}

std::string import(const Message &model) { return import(to_bytes(model)); }

const Message x = value("x", float_type, {"N", "3"});
const Message y = value("y", float_type, {"N", "3"});

bool contains(const std::string &text, const std::string &part) {
  return text.find(part) != text.npos;
}

/// The float 1.
const std::string one("\0\0\x80\x3f", 4);

TEST(ImportTest, ImportsUnsortedNodes) {
  std::string text = import(
      model(graph({node("Relu", {"t"}, {"y"}), node("Add", {"x", "w"}, {"t"})},
                  {x}, {y}, {tensor("w", float_type, {1}, one)})));
  EXPECT_FALSE(contains(text, "error")) << text;
}

TEST(ImportTest, UnknownOperatorsAreListedAtOnce) {
  EXPECT_EQ(import(model(graph({node("Foo", {"x"}, {"a"}),
                                node("Bar", {"a"}, {"b"}, {}, "", "com.acme"),
                                node("Foo", {"b"}, {"y"})},
                               {x}, {y}))),
            "error: m.onnx: the node giving 'a' (Foo, opset 17): the model "
            "uses operators that are not implemented: "
            "Foo (opset 17): the node giving 'a' (Foo) and 1 more, "
            "com.acme.Bar (opset 1): the node giving 'b' (com.acme.Bar); "
            "export it with another opset, or define them as functions of the "
            "model");
}

TEST(ImportTest, ErrorsNameThePlace) {
  EXPECT_EQ(
      import(model(graph({node("Relu", {"z"}, {"y"}, {}, "r")}, {x}, {y}))),
      "error: m.onnx: node 'r' (Relu): it reads 'z', which no node, input or "
      "initializer defines; the model is incomplete: export it again");
  std::string missing =
      import(model(graph({node("Relu", {}, {"y"}, {}, "r")}, {x}, {y})));
  EXPECT_TRUE(contains(missing, "m.onnx: node 'r' (Relu, opset 17): operand"))
      << missing;
  std::string inner = import(
      model(graph({node("f", {"x"}, {"y"}, {}, "call", "local")}, {x}, {y}),
            {function("f", {"a"}, {"b"}, {node("Relu", {}, {"b"}, {}, "r")})}));
  EXPECT_TRUE(contains(inner, "m.onnx: node 'call' (local.f): node 'r' (Relu, "
                              "opset 17): operand"))
      << inner;
}

/// Before anything is made of them: with 256 that took ten seconds.
TEST(ImportTest, MoreAxesThanDimensionsAreRefused) {
  Message axes = value("axes", int64_type, {"4096"});
  EXPECT_EQ(import(model(graph({node("Unsqueeze", {"x", "axes"}, {"y"})},
                               {x, axes}, {y}))),
            "error: m.onnx: the node giving 'y' (Unsqueeze, opset 17): 'axes' "
            "has 4096 elements, but a tensor has at most 64 dimensions");
}

TEST(ImportTest, ErrorsCarryThePlaceAsData) {
  Message bytes =
      model(graph({node("f", {"x"}, {"y"}, {}, "call", "local")}, {x}, {y}),
            {function("f", {"a"}, {"b"}, {node("Relu", {}, {"b"})})});
  ir::Module module;
  ir::Builder builder(module);
  auto result = import_model(to_bytes(bytes), {"m.onnx", ""}, builder);
  ASSERT_FALSE(result);
  const Place &place = result.error().place;
  EXPECT_EQ(place.file, "m.onnx");
  EXPECT_EQ(place.node, (ModelNode{"b", true, "Relu", 17}));
  EXPECT_EQ(place.around,
            std::vector<ModelNode>(1, {"call", false, "local.f", 0}));
  EXPECT_TRUE(result.error().message.starts_with("operand"))
      << result.error().message;
}

TEST(ImportTest, FunctionsAreInlinedWithTheirAttributes) {
  Message call =
      node("f", {"x"}, {"y"}, {int_attribute("axis_of", 1)}, "", "local");
  Message softmax =
      node("Softmax", {"a"}, {"b"}, {reference_attribute("axis", "axis_of")});
  auto with_body = [&](const Message &body) {
    return import(model(graph({call}, {x}, {y}),
                        {function("f", {"a"}, {"b"}, {body}, {"axis_of"})}));
  };
  EXPECT_FALSE(contains(with_body(softmax), "error"));
  std::string recursive =
      with_body(node("f", {"a"}, {"b"}, {}, "again", "local"));
  EXPECT_TRUE(contains(recursive, "calls itself")) << recursive;
}

TEST(ImportTest, FunctionsMayNestToADepthThatAnyStackHolds) {
  auto nested = [&](int depth) {
    std::vector<Message> functions;
    for (int level = 0; level < depth; ++level) {
      std::string inner = level ? "f" + std::to_string(level - 1) : "Relu";
      Message body = node(inner, {"a"}, {"b"}, {}, "", level ? "local" : "");
      functions.push_back(
          function("f" + std::to_string(level), {"a"}, {"b"}, {body}));
    }
    std::string outer = "f" + std::to_string(depth - 1);
    return import(
        model(graph({node(outer, {"x"}, {"y"}, {}, "", "local")}, {x}, {y}),
              functions));
  };
  EXPECT_FALSE(contains(nested(60), "error")) << nested(60);
  EXPECT_TRUE(contains(nested(5000), "nested more than 64 deep"));
}

TEST(ImportTest, SubgraphsSeeTheValuesAround) {
  auto branch = [&](const std::string &type, const std::string &input) {
    return graph({node(type, {input}, {"b"})}, {},
                 {value("b", float_type, {"N", "3"})});
  };
  auto choose = [&](const std::string &input) {
    return import(model(
        graph({node("If", {"c"}, {"y"},
                    {graph_attribute("then_branch", branch("Relu", input)),
                     graph_attribute("else_branch", branch("Neg", "x"))},
                    "choose")},
              {x, value("c", bool_type, {})}, {y})));
  };
  EXPECT_FALSE(contains(choose("x"), "error")) << choose("x");
  EXPECT_TRUE(contains(choose("q"), "node 'choose' (If): it reads 'q'"));
}

TEST(ImportTest, InitializersOfInputsAreConstants) {
  auto with = [&](int type, const Names &dims) {
    return import(model(graph({node("Add", {"x", "w"}, {"y"})},
                              {x, value("w", type, dims)}, {y},
                              {tensor("w", float_type, {1}, one)}),
                        {}, 9, 3));
  };
  EXPECT_FALSE(contains(with(float_type, {"1"}), "error"));
  EXPECT_TRUE(contains(with(float_type, {"2"}), "another shape"));
  EXPECT_TRUE(contains(with(int64_type, {"1"}), "another type, int64"));
}

TEST(ImportTest, VersionsAreChecked) {
  Message relu = graph({node("Relu", {"x"}, {"y"})}, {x}, {y});
  EXPECT_TRUE(contains(import(model(relu, {}, 99)), "needs opset 99"));
  EXPECT_TRUE(contains(import(model(relu, {}, 17, 99)), "IR version 99"));
  EXPECT_TRUE(contains(import(Message()), "not an ONNX model"));
  EXPECT_TRUE(contains(import(model(graph({}, {x}, {}))), "no outputs"));
  EXPECT_TRUE(contains(import(model(graph({node("Relu", {"x"}, {"y"})}, {x},
                                          {value("y", int64_type, {})}))),
                       "declared as int64"));
}

TEST(ImportTest, DamagedModelsNeverCrash) {
  Message bytes = model(
      graph({node("f", {"x"}, {"t"}, {int_attribute("k", 1)}, "", "local"),
             node("Add", {"t", "w"}, {"y"})},
            {x}, {y}, {tensor("w", float_type, {1}, "abcd")}),
      {function("f", {"a"}, {"b"}, {node("Relu", {"a"}, {"b"})})});
  for (size_t length = 0; length < bytes.size(); length += 3)
    (void)import(bytes.substr(0, length));
  for (size_t at = 0; at < bytes.size(); ++at) {
    Message damaged = bytes;
    damaged[at] = char(damaged[at] ^ (1 << (at % 8)));
    (void)import(damaged);
  }
}

} // namespace
} // namespace landfall::frontend
