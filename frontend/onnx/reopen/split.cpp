//===- split.cpp - Baked sizes of Split -----------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/operands.h"
#include "frontend/onnx/reopen/rules.h"

#include <algorithm>

namespace landfall::frontend {

namespace {

/// The pieces of which the extent was joined, some in a row taken together;
/// nullopt if they do not fit.
std::optional<Shape> joined_pieces(const Extents &extents, Size extent,
                                   const std::vector<int64_t> &parts) {
  Shape result;
  Size sum = 0;
  for (Size piece : extents.pieces(extent).value_or(Shape())) {
    sum = sum + piece;
    if (result.size() < parts.size() &&
        extents.exported(sum) == parts[result.size()]) {
      result.push_back(sum);
      sum = 0;
    }
  }
  if (sum != Size(0) || result.size() != parts.size())
    return std::nullopt;
  return result;
}

/// The parts must sum to the extent at every size: they are its pieces, or
/// equal, or all but one are constant.
std::vector<Shape> readings_of(const Extents &extents, Size extent,
                               const std::vector<int64_t> &parts) {
  if (auto pieces = joined_pieces(extents, extent, parts))
    return {*pieces};
  std::vector<Shape> readings;
  auto count = static_cast<int64_t>(parts.size());
  if (std::ranges::all_of(parts,
                          [&](int64_t part) { return part == parts[0]; }))
    readings.emplace_back(parts.size(), floordiv(extent, count));
  for (size_t j = 0; j < parts.size() && count > 1; ++j) {
    Shape reading(parts.begin(), parts.end());
    int64_t others = 0;
    for (size_t k = 0; k < parts.size(); ++k)
      others += k == j ? 0 : parts[k];
    reading[j] = extent - Size(others);
    readings.push_back(reading);
  }
  return readings;
}

} // namespace

void reopen_split(Reopening &reopening, NodeState &node) {
  Node view(node);
  Tensor input = view.input(0, "input");
  Size extent = input.dim(view.axis(view.int_attr("axis", 0), input.rank()));
  if (!reopening.extents.is_open(extent))
    return;
  auto parts = integers_of(node, 1);
  if (node.version < 13 && view.has_attr("split"))
    parts = view.ints_attr("split");
  if (!parts || parts->empty())
    return;
  std::vector<Shape> readings = readings_of(reopening.extents, extent, *parts);
  if (readings.empty())
    return;
  Shape given(parts->begin(), parts->end());
  Shape taken =
      reopening.choose(node, "its parts " + to_string(given), readings);
  node.version = std::max(node.version, 13);
  set_integers(node, 1, *parts);
  node.inputs[1] = node.context.b.from_sizes(taken);
}

} // namespace landfall::frontend
