//===- resize.cpp - Baked sizes of Resize ---------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/rules.h"

#include "frontend/onnx/reopen/operands.h"

#include <cmath>
#include <set>

namespace landfall::frontend {

namespace {

/// What an axis of extent `from` may be resized to, if it was `to`. An axis
/// grows by itself: to the extent of something else that depends on the same
/// free extents, or by a factor.
std::vector<Size> readings_of(const Extents &extents, Size from, int64_t to) {
  int64_t value = extents.exported(from).value_or(-1);
  if (value == to)
    return {from};
  if (!extents.is_open(from)) {
    std::vector<Size> readings = extents.with_value(to);
    if (from == Size(1)) // Spread over what has that extent.
      readings.push_back(to);
    else
      readings.insert(readings.begin(), to);
    return readings;
  }
  std::vector<Size> readings = extents.with_value(to, from);
  bool is_known = !readings.empty();
  if (to % value == 0)
    readings.push_back(from * Size(to / value));
  else if (value % to == 0)
    readings.push_back(floordiv(from, value / to));
  // What nothing else has as its extent may be the model's own size.
  if (!is_known)
    readings.push_back(to);
  return readings;
}

/// Whether exporters write a scale like this for a factor of the model; others
/// are quotients of sizes.
bool is_factor(double scale) {
  auto is_whole = [](double x) { return std::abs(x - std::round(x)) < 1e-6; };
  return scale > 0 && (is_whole(scale * 8) || is_whole(8 / scale));
}

std::vector<int64_t> resized_axes(const Node &view, int rank) {
  std::vector<int64_t> axes;
  if (view.has_attr("axes"))
    for (int64_t axis : view.ints_attr("axes"))
      axes.push_back(view.axis(axis, rank));
  else
    for (int d = 0; d < rank; ++d)
      axes.push_back(d);
  return axes;
}

void reopen_sizes(Reopening &reopening, NodeState &node, Tensor x,
                  const std::vector<int64_t> &axes,
                  const std::vector<Size> &given) {
  std::vector<Size> sizes = given;
  for (size_t j = 0; j < sizes.size() && j < axes.size(); ++j)
    if (auto to = given[j].constant(); to && *to > 0)
      sizes[j] =
          reopening.choose(node,
                           "its size " + given[j].str() + " of dimension " +
                               std::to_string(axes[j]),
                           readings_of(reopening.extents,
                                       x.dim(static_cast<int>(axes[j])), *to));
  bool is_stretched = Node(node).string_attr("keep_aspect_ratio_policy",
                                             "stretch") == "stretch";
  if (sizes != given && !is_stretched)
    refuse_baked(node, "its sizes " + to_string(given),
                 "with a kept aspect ratio depend on the exported size");
  if (sizes != given)
    node.inputs[3] = node.context.b.from_sizes(sizes);
}

/// Scales as sizes; empty if all are factors of the model. An extent that is
/// not free may have been spread over one that is.
std::vector<Size> sizes_of_scales(const Extents &extents, Tensor x,
                                  const std::vector<int64_t> &axes,
                                  const std::vector<float> &scales) {
  std::vector<Size> sizes;
  bool has_quotient = false;
  for (size_t j = 0; j < axes.size() && j < scales.size(); ++j) {
    Size from = x.dim(static_cast<int>(axes[j]));
    auto value = extents.exported(from);
    if (!value)
      return {};
    auto to = static_cast<int64_t>(
        std::floor(static_cast<double>(*value) * scales[j] + 1e-3));
    if (extents.is_open(from) && is_factor(scales[j])) {
      sizes.push_back(
          scales[j] == 1
              ? from
              : floordiv(from * Size(std::llround(scales[j] * 840)), 840));
      continue;
    }
    has_quotient |= extents.is_open(from) ||
                    (to != *value && !extents.with_value(to).empty());
    sizes.push_back(to);
  }
  return has_quotient ? sizes : std::vector<Size>();
}

/// Resize of version 11, which has sizes, for operators that sample at
/// output / scale.
void as_resize_11(Reopening &reopening, NodeState &node) {
  if (node.type == "Resize" && node.version >= 11)
    return;
  if (Node(node).string_attr("mode", "nearest") == "bilinear")
    reopening.set_text(node, "mode", "linear");
  reopening.set_text(node, "coordinate_transformation_mode", "asymmetric");
  reopening.set_text(node, "nearest_mode", "floor");
  node.type = "Resize";
  node.version = 11;
}

/// Free extents that are scaled differently were brought to a size.
void check_aspect(const Reopening &reopening, const NodeState &node, Tensor x,
                  const std::vector<int64_t> &axes,
                  const std::vector<float> &scales) {
  std::set<float> different;
  std::set<int64_t> sizes;
  for (size_t j = 0; j < axes.size() && j < scales.size(); ++j) {
    Size from = x.dim(static_cast<int>(axes[j]));
    if (!reopening.extents.is_open(from) || scales[j] == 1)
      continue;
    different.insert(scales[j]);
    sizes.insert(std::llround(
        static_cast<double>(*reopening.extents.exported(from)) * scales[j]));
  }
  if (different.size() > 1 && sizes.size() == 1)
    refuse_baked(node,
                 "its scales, which bring all free extents to " +
                     std::to_string(*sizes.begin()) + ",",
                 "depend on the exported size");
}

void reopen_scales(Reopening &reopening, NodeState &node, Tensor x,
                   const std::vector<int64_t> &axes,
                   const std::vector<float> &scales) {
  check_aspect(reopening, node, x, axes, scales);
  std::vector<Size> sizes = sizes_of_scales(reopening.extents, x, axes, scales);
  if (sizes.empty())
    return;
  as_resize_11(reopening, node);
  node.inputs.resize(4);
  node.inputs[1] = node.inputs[2] = Any();
  node.inputs[3] = node.context.b.from_sizes(sizes);
  reopen_sizes(reopening, node, x, axes, sizes);
}

} // namespace

void reopen_resize(Reopening &reopening, NodeState &node) {
  Node view(node);
  Tensor x = view.input(0, "X");
  std::vector<int64_t> axes = resized_axes(view, x.rank());
  if (node.type == "Resize" && node.version >= 11 && view.has_input(3)) {
    if (auto sizes = reopening.sizes_of(node, 3))
      reopen_sizes(reopening, node, x, axes, *sizes);
    return;
  }
  bool has_roi = node.type == "Resize" && node.version >= 11;
  size_t position = has_roi ? 2 : 1;
  if (node.type == "Upsample" && node.version < 9)
    return reopen_scales(reopening, node, x, axes, view.floats_attr("scales"));
  if (auto scales = reals_of(node, position))
    reopen_scales(reopening, node, x, axes, *scales);
}

} // namespace landfall::frontend
