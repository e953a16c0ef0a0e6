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

struct Entry {
  std::string_view type;
  Rule rule;
};

constexpr Entry rules[] = {
    {"Reshape", reopen_reshape},    {"Resize", reopen_resize},
    {"Upsample", reopen_resize},    {"Expand", reopen_expand},
    {"Tile", reopen_tile},          {"Slice", reopen_slice},
    {"Split", reopen_split},        {"Pad", reopen_pad},
    {"AveragePool", reopen_pool},   {"MaxPool", reopen_pool},
    {"LpPool", reopen_pool},        {"Conv", reopen_window},
    {"ConvInteger", reopen_window}, {"QLinearConv", reopen_window},
};

} // namespace

void apply_rule(Reopening &reopening, NodeState &node) {
  auto found = std::ranges::find(rules, node.type, &Entry::type);
  if (found != std::end(rules))
    found->rule(reopening, node);
}

} // namespace landfall::frontend
