//===- rules.cpp - Which rule an operator has -----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/rules.h"

#include <algorithm>
#include <string_view>

namespace landfall::frontend {

namespace {

using Rule = void (*)(Reopening &, NodeState &);

/// Operators whose constants are weights or axes: an extent that does not fit
/// is refused by the operator itself, at the probes.
constexpr std::string_view weighted[] = {
    "BatchNormalization",
    "BiasGelu",
    "ConstantOfShape",
    "CumSum",
    "DepthToSpace",
    "DequantizeLinear",
    "Dropout",
    "DynamicQuantizeMatMul",
    "Einsum",
    "FusedMatMul",
    "Gemm",
    "GroupNormalization",
    "InstanceNormalization",
    "LRN",
    "LayerNormalization",
    "LpNormalization",
    "MatMul",
    "MatMulInteger",
    "MatMulNBits",
    "QGemm",
    "QLinearMatMul",
    "QuantizeLinear",
    "RMSNormalization",
    "ReduceL1",
    "ReduceL2",
    "ReduceLogSum",
    "ReduceLogSumExp",
    "ReduceMax",
    "ReduceMean",
    "ReduceMin",
    "ReduceProd",
    "ReduceSum",
    "ReduceSumSquare",
    "SimplifiedLayerNormalization",
    "SkipLayerNormalization",
    "SkipSimplifiedLayerNormalization",
    "SpaceToDepth",
    "Squeeze",
    "Transpose",
    "Unsqueeze",
};

constexpr std::string_view elementwise[] = {
    "Add",        "And", "BitwiseAnd",  "BitwiseOr",  "BitwiseXor",
    "Clip",       "Div", "Equal",       "Greater",    "GreaterOrEqual",
    "Less",       "Max", "LessOrEqual", "Mean",       "Min",
    "Mod",        "Mul", "Or",          "PRelu",      "Pow",
    "QLinearAdd", "Sub", "Sum",         "QLinearMul", "Where",
    "Xor",
};

struct Entry {
  std::string_view type;
  Rule rule;
};

constexpr Entry rules[] = {
    {"AveragePool", reopen_pool},
    {"Concat", reopen_concat},
    {"Conv", reopen_window},
    {"ConvInteger", reopen_window},
    {"ConvTranspose", reopen_deconvolution},
    {"Expand", reopen_expand},
    {"GRU", reopen_recurrence},
    {"Gather", reopen_gather},
    {"LSTM", reopen_recurrence},
    {"LpPool", reopen_pool},
    {"MaxPool", reopen_pool},
    {"Pad", reopen_pad},
    {"QLinearConv", reopen_window},
    {"RNN", reopen_recurrence},
    {"Reshape", reopen_reshape},
    {"Resize", reopen_resize},
    {"Slice", reopen_slice},
    {"Split", reopen_split},
    {"Tile", reopen_tile},
    {"TopK", reopen_top_k},
    {"Upsample", reopen_resize},
};

Rule rule_of(std::string_view type) {
  auto found = std::ranges::find(rules, type, &Entry::type);
  if (found != std::end(rules))
    return found->rule;
  if (std::ranges::find(elementwise, type) != std::end(elementwise))
    return reopen_elementwise;
  if (std::ranges::find(weighted, type) != std::end(weighted))
    return nullptr;
  return reopen_other;
}

} // namespace

void apply_rule(Reopening &reopening, NodeState &node) {
  if (Rule rule = rule_of(node.type))
    rule(reopening, node);
}

} // namespace landfall::frontend
