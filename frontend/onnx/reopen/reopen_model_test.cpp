//===- reopen_model_test.cpp ------------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/reopen_model.h"

#include "ir/builder.h"
#include "ir/module/module.h"
#include "onnx_format/model_writer_for_test.h"

#include <gtest/gtest.h>

namespace landfall::frontend {
namespace {

using namespace onnx::test;

std::string int64s(const std::vector<int64_t> &values) {
  return {reinterpret_cast<const char *>(values.data()),
          values.size() * sizeof(int64_t)};
}

Message sizes(const std::string &name, const std::vector<int64_t> &values) {
  return tensor(name, int64_type, {int64_t(values.size())}, int64s(values));
}

/// The shape of the only output, or "error: " and the message.
std::string reopen(const Message &model, const std::string &input,
                   const std::string &dims) {
  ir::Module module;
  ir::Builder builder(module);
  std::vector<std::pair<std::string, std::string>> asked{{input, dims}};
  auto inputs = parse_dynamic(asked);
  if (!inputs)
    return "error: " + render(inputs.error());
  auto result = reopen_model(to_bytes(model), {"m.onnx", ""}, builder, *inputs);
  return result ? module.print() : "error: " + render(result.error());
}

bool contains(const std::string &text, const std::string &part) {
  return text.find(part) != text.npos;
}

Message reshaped(const std::vector<int64_t> &target, const Names &dims) {
  return model(graph({node("Reshape", {"x", "s"}, {"y"}, {}, "r")},
                     {value("x", float_type, dims)},
                     {value("y", float_type, {})}, {sizes("s", target)}));
}

TEST(ReopenModel, AShapeFollowsItsInput) {
  std::string text =
      reopen(reshaped({1, 144, 2}, {"1", "12", "12", "2"}), "x", "?x?x?x2");
  EXPECT_FALSE(contains(text, "error")) << text;
  EXPECT_TRUE(contains(text, "x_1")) << text;
}

TEST(ReopenModel, WhatTheRestDoesNotDecideIsRefusedWithItsPlace) {
  std::string text = reopen(reshaped({8, 7}, {"56"}), "x", "?");
  EXPECT_TRUE(contains(text, "node 'r' (Reshape")) << text;
  EXPECT_TRUE(contains(text, "[8, 7]")) << text;
  EXPECT_TRUE(contains(text, "may stand for")) << text;
}

/// [8, 7] plus a row.
Message with_row(const std::vector<float> &row) {
  std::string bytes(reinterpret_cast<const char *>(row.data()),
                    row.size() * sizeof(float));
  return model(graph(
      {node("Reshape", {"x", "s"}, {"t"}), node("Add", {"t", "w"}, {"y"})},
      {value("x", float_type, {"56"})}, {value("y", float_type, {})},
      {sizes("s", {8, 7}), tensor("w", float_type, {7}, bytes)}));
}

TEST(ReopenModel, TheRestOfTheModelDecides) {
  std::string text =
      reopen(with_row({3.1f, 1.2f, 4.3f, 1.4f, 5.3f, 9.6f, 2.7f}), "x", "?");
  EXPECT_FALSE(contains(text, "error")) << text;
  // A row of equal numbers may have any length.
  EXPECT_TRUE(contains(reopen(with_row(std::vector<float>(7, 1)), "x", "?"),
                       "may stand for"));
}

TEST(ReopenModel, RequestsAreChecked) {
  Message bytes = reshaped({6}, {"2", "3"});
  EXPECT_TRUE(contains(reopen(bytes, "z", "?x3"), "no tensor input 'z'"));
  EXPECT_TRUE(contains(reopen(bytes, "x", "?x4"), "extent 3 in dimension 1"));
  EXPECT_TRUE(contains(reopen(bytes, "x", "?"), "has 2 dimensions, not 1"));
  EXPECT_TRUE(contains(reopen(bytes, "x", "a,a"), "another extent"));
  EXPECT_TRUE(contains(reopen(bytes, "x", "?x-3"), "number or ?"));
  EXPECT_TRUE(contains(reopen(bytes, "x", ""), "number or ?"));
  EXPECT_FALSE(contains(reopen(bytes, "", "?x3"), "error"));
}

TEST(ReopenModel, DamagedModelsNeverCrash) {
  Message bytes = reshaped({1, 144, 2}, {"1", "12", "12", "2"});
  for (size_t at = 0; at < bytes.size(); ++at) {
    Message damaged = bytes;
    damaged[at] = char(damaged[at] ^ (1 << (at % 8)));
    (void)reopen(damaged, "x", "?x?x?x2");
  }
}

} // namespace
} // namespace landfall::frontend
