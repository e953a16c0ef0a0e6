//===- check_node_test.cpp ------------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/check_node.h"

#include "frontend/onnx/importer/registry.h"
#include "ir/module/module.h"

#include <gtest/gtest.h>

namespace landfall::frontend {
namespace {

/// A node on its own; its operands are inputs of these types.
class CheckNodeTest : public testing::Test {
protected:
  Any tensor(DType dtype) {
    return b.input({"x", ValueKind::tensor, dtype, {{2, ""}}});
  }

  Any sequence(std::optional<DType> of) {
    ir::Box box = b.box_input({"s", ValueKind::sequence, DType::f32, {}});
    BoxFacts element, facts;
    element.dtype = of;
    element.kind = ValueKind::tensor;
    facts.kind = ValueKind::sequence;
    facts.element = of ? std::make_shared<BoxFacts>(element) : nullptr;
    box.facts = std::make_shared<BoxFacts>(facts);
    return box;
  }

  void attribute(const char *name, onnx::AttributeProto::Type type) {
    onnx::AttributeProto &proto = attributes.emplace_back();
    proto.name = name;
    proto.type = type;
  }

  /// What is wrong; "" if nothing is.
  std::string complaint(const OperatorSchema &schema, std::vector<Any> inputs,
                        std::vector<onnx::Text> outputs = {"y"},
                        const char *type = "Foo", int version = 1) {
    onnx::NodeProto proto;
    proto.output = std::move(outputs);
    ImportContext context{model, store, b, FunctionTable(model), {}, 0, 0};
    Opsets opsets({});
    Scope scope(context, opsets, nullptr, nullptr);
    NodeState state{context,           scope, proto, type, version, {},
                    std::move(inputs), {},    {},    {},   0,       {}};
    for (const onnx::AttributeProto &attribute : attributes)
      state.attributes.push_back({attribute.name, &attribute, nullptr});
    try {
      check_node(state, schema);
    } catch (const BuildError &error) {
      EXPECT_EQ(error.error.code, ErrorCode::invalid_model);
      return error.error.message;
    }
    return "";
  }

  ir::Module module;
  Builder b{module};
  onnx::ModelProto model;
  onnx::ModelStore store{nullptr, ""};
  std::vector<onnx::AttributeProto> attributes;
};

TEST_F(CheckNodeTest, CountsOperandsAndResults) {
  OperatorSchema schema = {"A:T B:T? -> 1", "T=float32", ""};
  Any x = tensor(DType::f32);
  EXPECT_EQ(complaint(schema, {x}), "");
  EXPECT_EQ(complaint(schema, {x, x}), "");
  EXPECT_EQ(complaint(schema, {x, x, Any()}, {"y", ""}), "") << "all absent";
  EXPECT_EQ(complaint(schema, {x, x, x}),
            "the node has 3 operands, but Foo has at most 2");
  EXPECT_EQ(complaint(schema, {Any(), x}),
            "operand A (number 0) is required, but the node has none");
  EXPECT_EQ(complaint(schema, {x}, {"y", "z"}),
            "the node has 2 results, but Foo has at most 1");
  OperatorSchema open = {"A:T rest:T+ -> *", "T=float32", ""};
  EXPECT_EQ(complaint(open, {x, x, x, x}, {"y", "z"}), "");
  EXPECT_EQ(complaint(open, {x}),
            "operand rest (number 1) is required, but the node has none");
}

TEST_F(CheckNodeTest, TypesAreOfTheirSetAndAlike) {
  OperatorSchema schema = {"A:T B:T rest:~V* -> 1",
                           "T=float32,int32 V=float32,seq(int32),seq(bool)",
                           ""};
  Any f = tensor(DType::f32), i = tensor(DType::i32);
  EXPECT_EQ(complaint(schema, {i, i}), "");
  EXPECT_EQ(complaint(schema, {f, i}),
            "operand B (number 1) is of type int32, operand A of type float32; "
            "they must have one type");
  EXPECT_EQ(complaint(schema, {tensor(DType::f64), f}),
            "operand A (number 0) is of type float64; it must be float32 or "
            "int32");
  EXPECT_EQ(complaint(schema, {f, f, f, sequence(DType::i32)}), "");
  EXPECT_EQ(complaint(schema, {f, f, sequence(std::nullopt)}), "")
      << "what is not known may fit";
  EXPECT_EQ(complaint(schema, {f, f, sequence(DType::f32)}),
            "operand rest (number 2) is of type seq(float32); it must be "
            "float32, seq(int32) or seq(bool)");
  EXPECT_EQ(complaint(schema, {sequence(DType::f32), f}),
            "operand A (number 0) is of type seq(float32); it must be float32 "
            "or int32");
}

TEST_F(CheckNodeTest, ATypeOfALaterVersionIsNamedWithIt) {
  Any x = tensor(DType::bf16);
  EXPECT_EQ(complaint(*find_schema("", "Conv", 20), {x, x}, {"y"}, "Conv", 20),
            "operand X (number 0) is of type bfloat16; it must be float16, "
            "float32 or float64; Conv of opset 22 reads it: export the model "
            "at that opset or a later one");
  Any i = tensor(DType::i32);
  EXPECT_EQ(complaint(*find_schema("", "Conv", 20), {i, i}, {"y"}, "Conv", 20),
            "operand X (number 0) is of type int32; it must be float16, "
            "float32 or float64");
}

TEST_F(CheckNodeTest, AttributesHaveNamesAndTypes) {
  OperatorSchema schema = {"-> 1", "", "axis:int! scale:float"};
  EXPECT_EQ(complaint(schema, {}),
            "attribute 'axis' is required, but the node does not have it");
  attribute("axis", onnx::AttributeProto::Type::integer);
  attribute("__tool", onnx::AttributeProto::Type::string);
  attribute("scale", onnx::AttributeProto::Type::undefined);
  EXPECT_EQ(complaint(schema, {}), "");
  attribute("axes", onnx::AttributeProto::Type::integers);
  EXPECT_EQ(complaint(schema, {}), "attribute 'axes' is none of Foo in this "
                                   "version; export the model again");
  attributes.back() = attributes.front();
  attributes.back().type = onnx::AttributeProto::Type::real;
  EXPECT_EQ(complaint(schema, {}), "attribute 'axis' must be of the type int");
}

TEST(OperatorSchemaTest, TheVersionDecides) {
  EXPECT_EQ(find_schema("", "Squeeze", 12)->operands, "data:T -> 1");
  EXPECT_NE(find_schema("", "Squeeze", 13)->operands, "data:T -> 1");
  EXPECT_EQ(find_schema("", "Squeez", 13), nullptr);
  EXPECT_EQ(find_schema("com.acme", "Squeeze", 13), nullptr);
  EXPECT_EQ(find_schema("", "Celu", 11), nullptr);
}

/// Nothing is checked without one.
TEST(OperatorSchemaTest, EveryOperatorHasOne) {
  for (RecordList list : operator_files())
    for (const OperatorRecord &record : list())
      EXPECT_TRUE(find_schema(record.domain, record.type, 1 << 20))
          << record.domain << "." << record.type;
}

} // namespace
} // namespace landfall::frontend
