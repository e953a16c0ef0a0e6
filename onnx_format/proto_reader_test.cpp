//===- proto_reader_test.cpp ----------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "onnx_format/proto_reader.h"

#include "onnx_format/model_writer_for_test.h"

#include <gtest/gtest.h>

namespace landfall::onnx {
namespace {

using namespace test;

Span span(const std::string &bytes) {
  return {reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()};
}

Message small_model() {
  Message branch =
      graph({node("Relu", {"x"}, {"b"})}, {}, {value("b", float_type, {"N"})});
  return model(
      graph({node("If", {"c"}, {"y"},
                  {graph_attribute("then_branch", branch),
                   graph_attribute("else_branch", branch),
                   int_attribute("k", -3)},
                  "choose")},
            {value("x", float_type, {"N", "4"}), value("c", bool_type, {})},
            {value("y", float_type, {"N", "4"})},
            {tensor("w", float_type, {1, 2}, std::string(8, '\1'))}),
      {function("f", {"a"}, {"b"}, {node("Relu", {"a"}, {"b"})})});
}

TEST(ProtoReaderTest, ReadsWhatWasWritten) {
  Message bytes = small_model();
  auto model = read_model(span(bytes), "m.onnx");
  ASSERT_TRUE(model);
  EXPECT_EQ(model->ir_version, 9);
  EXPECT_EQ(model->opset_import[0].version, 17);
  EXPECT_EQ(model->functions[0].name, "f");
  const GraphProto &graph = *model->graph;
  ASSERT_EQ(graph.node.size(), 1u);
  EXPECT_EQ(graph.node[0].name, "choose");
  EXPECT_EQ(graph.node[0].attribute[0].g->node[0].op_type, "Relu");
  EXPECT_EQ(graph.node[0].attribute[2].i, -3);
  EXPECT_EQ(graph.initializer[0].dims, (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(graph.initializer[0].raw_data->size(), 8u);
  const TypeProto &type = graph.input[0].type;
  EXPECT_EQ(type.kind, TypeProto::Kind::tensor);
  EXPECT_EQ((*type.shape)[0].param, "N");
  EXPECT_EQ((*type.shape)[1].value, 4);
}

TEST(ProtoReaderTest, NamesAreText) {
  auto read = read_model(
      span(model(graph({node("Relu\xff", {"x"}, {"y"})}, {}, {}))), "m.onnx");
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("not UTF-8"), std::string::npos)
      << read.error().message;
}

TEST(ProtoReaderTest, NestedTypes) {
  // optional(sequence(tensor(float)))
  Message type("\x4a\x08\x0a\x06\x22\x04\x0a\x02\x0a\x00", 10);
  Message value("\x12\x0a", 2);
  value += type;
  Message input("\x5a\x0c", 2); // GraphProto.input
  input += value;
  Message bytes("\x3a\x0e", 2); // ModelProto.graph
  bytes += input;
  auto model = read_model(span(bytes), "m.onnx");
  ASSERT_TRUE(model) << model.error().message;
  const TypeProto &outer = model->graph->input[0].type;
  ASSERT_EQ(outer.kind, TypeProto::Kind::optional);
  EXPECT_EQ(outer.element->kind, TypeProto::Kind::sequence);
}

TEST(ProtoReaderTest, ErrorsNameFileFieldAndOffset) {
  Message bytes = small_model();
  auto model = read_model(span(bytes).first(40), "m.onnx");
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, ErrorCode::invalid_model);
  EXPECT_EQ(model.error().place.file, "m.onnx");
  EXPECT_NE(model.error().message.find("not a valid ONNX file"),
            std::string::npos);
  EXPECT_NE(model.error().message.find("at byte "), std::string::npos);
}

TEST(ProtoReaderTest, DeepNestingIsRefused) {
  Message g = graph({}, {}, {});
  for (int i = 0; i < 60; ++i)
    g = graph({node("If", {}, {}, {graph_attribute("g", g)})}, {}, {});
  auto result = read_model(span(model(g)), "m.onnx");
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("nested"), std::string::npos);
}

TEST(ProtoReaderTest, EveryTruncationIsHandled) {
  Message bytes = small_model();
  for (size_t length = 0; length < bytes.size(); ++length) {
    // Its own allocation, so that a sanitizer sees any read beyond the end.
    std::vector<uint8_t> cut(bytes.begin(), bytes.begin() + ptrdiff_t(length));
    (void)read_model(cut, "m.onnx");
  }
}

TEST(ProtoReaderTest, AnyFlippedByteIsHandled) {
  Message bytes = small_model();
  for (size_t at = 0; at < bytes.size(); ++at)
    for (int value : {0x00, 0x01, 0x07, 0x7f, 0x80, 0xff}) {
      std::vector<uint8_t> damaged(bytes.begin(), bytes.end());
      damaged[at] ^= uint8_t(value);
      (void)read_model(damaged, "m.onnx");
    }
}

} // namespace
} // namespace landfall::onnx
