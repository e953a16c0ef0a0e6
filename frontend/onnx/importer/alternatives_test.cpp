//===- alternatives_test.cpp - Nodes that depend on the run ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/import.h"
#include "ir/builder.h"
#include "ir/module/module.h"
#include "ir/module/verify_core_ir.h"
#include "onnx_format/model_writer_for_test.h"

#include <gtest/gtest.h>

namespace landfall::frontend {
namespace {

using namespace onnx::test;

std::string import(const Message &model) {
  ir::Module module;
  ir::Builder builder(module);
  auto result = import_model(to_bytes(model), {"m.onnx", ""}, builder);
  if (!result)
    return "error: " + result.error().message;
  Status legal = ir::verify_core_ir(module);
  EXPECT_TRUE(legal) << legal.error().message;
  return module.print();
}

size_t count(const std::string &text, const std::string &part) {
  size_t found = 0;
  for (size_t at = 0; (at = text.find(part, at)) != text.npos; ++at)
    ++found;
  return found;
}

/// An If that flattens x or not, and a reader that needs rank 4.
Message flattens(const std::string &then_type, const std::string &else_type) {
  Message x = value("x", float_type, {"N", "4", "H", "W"});
  auto branch = [&](const std::string &type) {
    return graph({node(type, {"x"}, {"b"})}, {}, {value("b", float_type, {})});
  };
  return model(graph(
      {node("If", {"c"}, {"t"},
            {graph_attribute("then_branch", branch(then_type)),
             graph_attribute("else_branch", branch(else_type))},
            "choose"),
       node("DepthToSpace", {"t"}, {"y"}, {int_attribute("blocksize", 2)})},
      {x, value("c", bool_type, {})},
      {value("y", float_type, {"N", "1", "H2", "W2"})}));
}

TEST(AlternativesTest, TheOnlyBranchThatFitsTheRestIsInPlace) {
  std::string text = import(flattens("Flatten", "Identity"));
  EXPECT_EQ(count(text, "lf.if"), 0u) << text;
  EXPECT_EQ(count(text, "operand cond (number 0) is 1 in this run"), 1u);
  std::string none = import(flattens("Flatten", "Shape"));
  EXPECT_NE(none.find("must have rank 4"), none.npos) << none;
}

/// `squeezes` nodes, each of another operand whose first extent may be 1.
Message squeezes(int number) {
  std::vector<Message> nodes, inputs, outputs;
  for (int k = 0; k < number; ++k) {
    std::string n = std::to_string(k);
    nodes.push_back(node("Squeeze", {"x" + n}, {"y" + n}));
    inputs.push_back(value("x" + n, float_type, {"N" + n, "3"}));
    outputs.push_back(value("y" + n, float_type, {"M" + n}));
  }
  return model(graph(nodes, inputs, outputs));
}

TEST(AlternativesTest, TheRunChooses) {
  std::string text = import(squeezes(1));
  EXPECT_EQ(count(text, "lf.if"), 1u) << text;
  EXPECT_EQ(count(text, "lf.reshape"), 1u) << text;
}

TEST(AlternativesTest, TheirNumberAndDepthAreLimited) {
  std::string text = import(squeezes(40));
  EXPECT_LT(count(text, "lf.reshape"), 2000u);
  EXPECT_GT(count(text, "one of more cases than were compiled"), 0u);
  EXPECT_GT(count(text, "for which alone the model was compiled"), 0u);
}

} // namespace
} // namespace landfall::frontend
