//===- pad.cpp - Baked amounts of padding ---------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/operands.h"
#include "frontend/onnx/reopen/rules.h"

namespace landfall::frontend {

namespace {

/// How an exporter split what was missing into a beginning and an end.
std::optional<Shape> divided(Size missing, int64_t begin, int64_t end) {
  int64_t total = begin + end;
  Size half = floordiv(missing, 2);
  if (begin == total / 2)
    return Shape{half, missing - half};
  if (end == total / 2)
    return Shape{missing - half, half};
  if (begin == 0)
    return Shape{0, missing};
  if (end == 0)
    return Shape{missing, 0};
  return std::nullopt;
}

/// The amounts themselves, or what is missing to the extent of something else.
std::vector<Shape> readings_of(const Extents &extents, Size extent,
                               int64_t begin, int64_t end) {
  std::vector<Shape> readings{{begin, end}};
  int64_t value = *extents.exported(extent);
  for (Size wanted : extents.with_value(value + begin + end, extent))
    if (auto reading = divided(wanted - extent, begin, end))
      readings.push_back(*reading);
  return readings;
}

/// Whether amounts that were taken for numbers may have been what was missing
/// to a target: another free extent, a round number or a multiple. Those that
/// networks have by themselves are the same on both sides, or (causal ones)
/// before the data.
bool may_reach_target(const Extents &extents, Size extent, int64_t begin,
                      int64_t end) {
  constexpr int64_t round = 16;
  int64_t value = *extents.exported(extent), total = begin + end;
  if (total < 2)
    return false;
  bool is_round = (value + total) % round == 0 && value % round != 0;
  return (begin == 0 && end > 1) || is_round || 2 * total > value ||
         !extents.with_value(value + total).empty();
}

} // namespace

void reopen_pad(Reopening &reopening, NodeState &node) {
  Node view(node);
  Tensor data = view.input(0, "data");
  bool is_attribute = node.version < 11;
  auto given = is_attribute ? view.ints_attr("pads") : integers_of(node, 1);
  if (!given)
    return;
  std::vector<int64_t> axes;
  if (node.version >= 18 && view.has_input(3)) {
    auto list = integers_of(node, 3);
    if (!list)
      return;
    axes = *list;
  } else {
    for (int d = 0; d < data.rank(); ++d)
      axes.push_back(d);
  }
  size_t count = axes.size();
  if (given->size() != 2 * count)
    return;
  std::vector<Size> pads(given->begin(), given->end());
  bool changed = false;
  for (size_t j = 0; j < count; ++j) {
    int axis = view.axis(axes[j], data.rank());
    Size extent = data.dim(axis);
    int64_t begin = (*given)[j], end = (*given)[j + count];
    if (!reopening.extents.is_open(extent))
      continue;
    Shape constant{begin, end};
    Shape taken =
        reopening.choose(node,
                         "its padding " + to_string(constant) +
                             " of dimension " + std::to_string(axis),
                         readings_of(reopening.extents, extent, begin, end));
    if (taken == constant &&
        may_reach_target(reopening.extents, extent, begin, end))
      reopening.doubt("its padding " + to_string(constant) + " of dimension " +
                          std::to_string(axis),
                      "may be what the exported size is short of another");
    // A side more than the other: what strides ask for at an even extent.
    if (taken == constant && (begin + end) % 2 != 0)
      reopening.require_same_padding(
          node, equal(mod(extent, 2), *reopening.extents.exported(extent) % 2));
    changed |= taken != constant;
    pads[j] = taken[0];
    pads[j + count] = taken[1];
  }
  if (!changed)
    return;
  if (is_attribute)
    refuse_baked(node, "its padding", "was computed from the exported size");
  node.inputs[1] = node.context.b.from_sizes(pads);
}

} // namespace landfall::frontend
