//===- sample_model.cpp - A small ONNX model, made here -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Written field by field in protobuf's wire format: the numbers are those of
// ONNX's schema, onnx.proto.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/sample_model.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace landfall::cli {

namespace {

constexpr int width = 16;
constexpr uint64_t float32 = 1;

std::string varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7)
    bytes += char(value | 0x80);
  return bytes + char(value);
}

std::string number(uint64_t field, uint64_t value) {
  return varint(field << 3) + varint(value);
}

std::string bytes(uint64_t field, std::string_view value) {
  return varint(field << 3 | 2) + varint(value.size()) + std::string(value);
}

/// A NodeProto.
std::string node(std::string_view operation,
                 const std::vector<std::string> &inputs,
                 std::string_view output) {
  std::string made;
  for (const std::string &input : inputs)
    made += bytes(1, input);
  return made + bytes(2, output) + bytes(3, operation) + bytes(4, operation);
}

/// A ValueInfoProto: float32 N x 16.
std::string value(std::string_view name) {
  std::string shape = bytes(1, bytes(2, "N")) + bytes(1, number(1, width));
  return bytes(1, name) +
         bytes(2, bytes(1, number(1, float32) + bytes(2, shape)));
}

float weight_at(int row, int column) { return float(row - column) / 8; }

/// A TensorProto.
std::string weight() {
  std::string data;
  for (int row = 0; row < width; ++row)
    for (int column = 0; column < width; ++column) {
      float element = weight_at(row, column);
      char raw[sizeof element];
      std::memcpy(raw, &element, sizeof element);
      data.append(raw, sizeof element);
    }
  return number(1, width) + number(1, width) + number(2, float32) +
         bytes(8, "w") + bytes(9, data);
}

} // namespace

std::string sample_model() {
  std::string graph = bytes(1, node("MatMul", {"x", "w"}, "product")) +
                      bytes(1, node("Relu", {"product"}, "y")) +
                      bytes(2, "sample") + bytes(5, weight()) +
                      bytes(11, value("x")) + bytes(12, value("y"));
  constexpr uint64_t ir_version = 8, opset = 17;
  return number(1, ir_version) + bytes(7, graph) +
         bytes(8, bytes(1, "") + number(2, opset));
}

std::vector<float> sample_input(int rows) {
  std::vector<float> input;
  for (int k = 0; k < rows * width; ++k)
    input.push_back(float(k * 7 % 13 - 6));
  return input;
}

std::vector<float> sample_output(int rows) {
  std::vector<float> input = sample_input(rows), output;
  for (int row = 0; row < rows; ++row)
    for (int column = 0; column < width; ++column) {
      float sum = 0;
      for (int k = 0; k < width; ++k)
        sum += input[size_t(row) * width + size_t(k)] * weight_at(k, column);
      output.push_back(std::max(sum, 0.0f));
    }
  return output;
}

} // namespace landfall::cli
