//===- upsample.cpp - Enlarging by factors ----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/resize_operands.h"

#include <numeric>

namespace landfall::frontend {
namespace {

// Y[i...] = X interpolated around i / scales
void upsample(Node &node, const Scales &scales) {
  Tensor x = node.input(0, "X");
  std::string mode = node.string_attr("mode", "nearest");
  node.expect(mode == "nearest" || mode == "linear" || mode == "bilinear",
              "'mode' is '" + mode + "'; expected nearest or linear");
  ResizeRules rules;
  rules.mode = mode == "nearest" ? ResizeMode::nearest : ResizeMode::linear;
  rules.coordinates = Coordinates::asymmetric;
  rules.nearest = Nearest::floor;
  std::vector<int> axes(x.rank());
  std::iota(axes.begin(), axes.end(), 0);
  node.output(resample(x, rules, scaled_dims(node, x, axes, scales, rules)));
}

void upsample_1(Node &node) {
  node.input(0, "X", 4);
  upsample(node, {{1, 1, node.float_attr("height_scale"),
                   node.float_attr("width_scale")},
                  {}});
}

void upsample_7(Node &node) {
  std::vector<float> scales = node.floats_attr("scales");
  upsample(node, {{scales.begin(), scales.end()}, {}});
}

void upsample_9(Node &node) { upsample(node, scales_operand(node, 1)); }

} // namespace

LANDFALL_ONNX(upsample, {"Upsample", 1, upsample_1},
              {"Upsample", 7, upsample_7}, {"Upsample", 9, upsample_9})

} // namespace landfall::frontend
