//===- error_test.cpp -----------------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/error.h"

#include <gtest/gtest.h>

namespace landfall {
namespace {

ModelNode conv() { return {"conv1", false, "Conv", 13}; }
ModelNode nameless() { return {"y", true, "com.acme.Foo", 0}; }

TEST(Error, DescribesNodes) {
  EXPECT_EQ(describe(conv()), "node 'conv1' (Conv, opset 13)");
  EXPECT_EQ(describe(nameless()), "the node giving 'y' (com.acme.Foo)");
  EXPECT_EQ(describe(ModelNode{"", false, "Relu", 0}),
            "a node without name (Relu)");
  std::vector<ModelNode> both = {{"a", false, "Add", 0}, nameless()};
  EXPECT_EQ(describe(both), "nodes 'a' (Add), 'y' (com.acme.Foo)");
  EXPECT_EQ(describe(std::span<const ModelNode>()), "");
}

TEST(Error, WithoutAPlaceIsItsReason) {
  EXPECT_EQ(render({ErrorCode::io, "cannot open it"}), "cannot open it");
}

TEST(Error, IsRenderedWithAllThatIsKnown) {
  Error error{ErrorCode::run_failed, "the pads cut more than there is"};
  error.at(conv()).inside({"if1", false, "If", 13}).in_file("m.onnx");
  error.sizes = {{"N", 3}, {"M", -4}};
  EXPECT_EQ(render(error),
            "m.onnx: node 'if1' (If, opset 13): node 'conv1' (Conv, opset 13): "
            "the pads cut more than there is; where N = 3, M = -4");
}

TEST(Error, WhatIsNearestToTheFailureStays) {
  Error error{ErrorCode::invalid_model, "no"};
  error.inside(nameless()).inside(conv());
  error.in_file("inner").in_file("outer");
  error.at(conv());
  EXPECT_EQ(error.place.node, nameless());
  EXPECT_EQ(error.place.around, std::vector<ModelNode>{conv()});
  EXPECT_EQ(error.place.file, "inner");
}

TEST(Error, NamesAllNodesOfAKernel) {
  Error error{ErrorCode::device, "stopped"};
  error.at(
      std::vector<ModelNode>{{"a", false, "Add", 0}, {"b", false, "Relu"}});
  EXPECT_EQ(error.place.node.name, "a");
  EXPECT_EQ(render(error), "nodes 'a' (Add), 'b' (Relu): stopped");
}

TEST(Error, CrossesAsBytes) {
  Error error{ErrorCode::device, std::string("a\0b\xff", 4)};
  error.at(nameless()).inside(conv()).in_file("dir/m.onnx");
  error.place.fused_with = {conv()};
  error.sizes = {{"N", INT64_MIN}, {"", INT64_MAX}};
  std::vector<uint8_t> bytes = serialize(error);
  std::optional<Error> back = deserialize_error(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->code, error.code);
  EXPECT_EQ(back->message, error.message);
  EXPECT_EQ(back->place, error.place);
  EXPECT_EQ(back->sizes, error.sizes);
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(deserialize_error(std::span(bytes).first(size))) << size;
}

TEST(Error, CodesHaveNames) {
  EXPECT_EQ(name(ErrorCode::invalid_argument), "invalid_argument");
  EXPECT_EQ(name(ErrorCode::internal), "internal");
}

} // namespace
} // namespace landfall
