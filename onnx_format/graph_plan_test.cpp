//===- graph_plan_test.cpp ------------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "onnx_format/graph_plan.h"

#include "ir/builder.h"

#include <gtest/gtest.h>

namespace landfall::onnx {
namespace {

NodeProto make(Text type, std::vector<Text> inputs, std::vector<Text> outputs) {
  NodeProto node;
  node.op_type = type;
  node.name = type;
  node.input = std::move(inputs);
  node.output = std::move(outputs);
  return node;
}

std::string order(const GraphPlan &plan) {
  std::string text;
  for (const NodeProto *node : plan.nodes)
    text += node->name;
  return text;
}

std::string error_of(const GraphBody &body) {
  Result<GraphPlan> plan = plan_graph(body);
  return plan ? "" : render(plan.error());
}

TEST(GraphPlanTest, SortsAndDropsWhatNobodyNeeds) {
  std::vector<NodeProto> nodes{
      make("C", {"b", "w"}, {"c"}), make("B", {"a"}, {"b", "unused"}),
      make("Dead", {"b"}, {"d"}), make("A", {"x"}, {"a"})};
  std::vector<TensorProto> initializers(2);
  initializers[0].name = "w";
  initializers[1].name = "not needed";
  GraphPlan plan = *plan_graph({nodes, initializers, {}, {"x"}, {"c"}});
  EXPECT_EQ(order(plan), "ABC");
  EXPECT_EQ(plan.initializers.size(), 1u);
  EXPECT_TRUE(plan.captures.empty());
  EXPECT_FALSE(plan.used.contains("unused"));
}

TEST(GraphPlanTest, SubgraphsNeedWhatTheyCapture) {
  auto branch = std::make_shared<GraphProto>();
  branch->node = {make("I", {"late"}, {"i"})};
  branch->output.push_back({"i", {}});
  std::vector<NodeProto> nodes{make("U", {"c"}, {"y"}),
                               make("L", {"x"}, {"late"})};
  nodes[0].attribute.emplace_back().g = branch;
  GraphPlan plan = *plan_graph({nodes, {}, {}, {"x"}, {"y"}});
  EXPECT_EQ(order(plan), "LU");
  ASSERT_EQ(plan.captures.size(), 1u);
  EXPECT_EQ(plan.captures[0].name, "c");
}

TEST(GraphPlanTest, CyclesAreNamed) {
  std::vector<NodeProto> nodes{make("A", {"x", "c"}, {"a"}),
                               make("B", {"a"}, {"b"}), make("C", {"b"}, {"c"}),
                               make("D", {"c"}, {"d"})};
  std::string error = error_of({nodes, {}, {}, {"x"}, {"d"}});
  EXPECT_NE(error.find("cycle"), std::string::npos);
  for (const char *name : {"'A'", "'B'", "'C'"})
    EXPECT_NE(error.find(name), std::string::npos) << error;
  EXPECT_EQ(error.find("'D'"), std::string::npos) << error;
}

TEST(GraphPlanTest, NamesHaveOneDefinition) {
  std::vector<NodeProto> nodes{make("A", {"x"}, {"y"}),
                               make("B", {"x"}, {"y"})};
  EXPECT_EQ(error_of({nodes, {}, {}, {"x"}, {"y"}}),
            "node 'B' (B): 'y' is defined twice, here and by node 'A' (A); "
            "every value must have one definition");
  EXPECT_NE(error_of({nodes, {}, {}, {"y"}, {"y"}}), "");
}

TEST(GraphPlanTest, NodesAreNamedByThemselvesOrTheirOutput) {
  NodeProto node = make("A", {}, {"", "y"});
  EXPECT_EQ(model_node(node), (ModelNode{"A", false, "A"}));
  node.name = {};
  node.domain = "com.acme";
  EXPECT_EQ(model_node(node), (ModelNode{"y", true, "com.acme.A"}));
  node.domain = "ai.onnx";
  EXPECT_EQ(describe(node), "the node giving 'y' (A)");
}

TEST(GraphPlanTest, LongChainsDoNotRecurse) {
  std::vector<std::string> names;
  for (int i = 0; i <= 50000; ++i)
    names.push_back("v" + std::to_string(i));
  std::vector<NodeProto> nodes;
  for (size_t i = 50000; i-- > 0;)
    nodes.push_back(make("N", {names[i]}, {names[i + 1]}));
  EXPECT_EQ(
      plan_graph({nodes, {}, {}, {names[0]}, {names[50000]}})->nodes.size(),
      50000u);
}

} // namespace
} // namespace landfall::onnx
