//===- resize.cpp - Interpolation to another size ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/resize_operands.h"
#include "frontend/onnx/support/axis_list.h"
#include "frontend/onnx/support/loose_flags.h"

#include <algorithm>
#include <utility>

namespace landfall::frontend {
namespace {

/// The entry of `table` with the name that attribute `attribute` holds.
template <typename T, size_t count>
T named(const Node &node, const char *attribute, const char *otherwise,
        const std::pair<const char *, T> (&table)[count]) {
  std::string name = node.string_attr(attribute, otherwise);
  for (const auto &[text, value] : table)
    if (name == text)
      return value;
  node.invalid(std::string("'") + attribute + "' is '" + name +
               "', which is not one of its values");
}

ResizeMode resize_mode(const Node &node) {
  return named<ResizeMode>(node, "mode", "nearest",
                           {{"nearest", ResizeMode::nearest},
                            {"linear", ResizeMode::linear},
                            {"cubic", ResizeMode::cubic}});
}

ResizeRules rules_of(const Node &node) {
  ResizeRules rules;
  rules.mode = resize_mode(node);
  rules.coordinates = named<Coordinates>(
      node, "coordinate_transformation_mode", "half_pixel",
      {{"half_pixel", Coordinates::half_pixel},
       {"half_pixel_symmetric", Coordinates::half_pixel_symmetric},
       {"tf_half_pixel_for_nn", Coordinates::tf_half_pixel_for_nn},
       {"pytorch_half_pixel", Coordinates::pytorch_half_pixel},
       {"align_corners", Coordinates::align_corners},
       {"asymmetric", Coordinates::asymmetric},
       {"tf_crop_and_resize", Coordinates::tf_crop_and_resize}});
  rules.nearest = named<Nearest>(node, "nearest_mode", "round_prefer_floor",
                                 {{"round_prefer_floor", Nearest::prefer_floor},
                                  {"round_prefer_ceil", Nearest::prefer_ceil},
                                  {"floor", Nearest::floor},
                                  {"ceil", Nearest::ceil}});
  rules.antialias = flag_unless_zero(node, "antialias", false) &&
                    rules.mode != ResizeMode::nearest;
  rules.exclude_outside = flag_unless_zero(node, "exclude_outside", false);
  rules.cubic_a = node.float_attr("cubic_coeff_a", -0.75);
  rules.extrapolation = node.float_attr("extrapolation_value", 0.0);
  return rules;
}

std::vector<int> resized_axes(const Node &node, int rank) {
  std::vector<int> axes;
  if (node.has_attr("axes"))
    for (int64_t axis : node.ints_attr("axes"))
      axes.push_back(node.axis(axis, rank));
  else
    for (int axis = 0; axis < rank; ++axis)
      axes.push_back(axis);
  return axes;
}

/// roi = (starts of all axes, ends of all axes)
void bind_roi(Node &node, std::span<const int> axes,
              std::vector<ResizeDim> &dims) {
  Tensor roi = node.input(1, "roi", 1);
  Builder &b = node.b();
  b.require(equal(roi.element_count(), 2 * axes.size()),
            "'roi' needs a start and an end for each axis");
  int count = static_cast<int>(axes.size());
  for (ResizeDim &dim : dims) {
    int j = static_cast<int>(std::find(axes.begin(), axes.end(), dim.dim) -
                             axes.begin());
    dim.roi_start = [roi, j, &b] {
      return cast(roi.at({b.index(j)}), DType::f64);
    };
    dim.roi_end = [roi, j, count, &b] {
      return cast(roi.at({b.index(j + count)}), DType::f64);
    };
  }
}

void output_resampled(Node &node, Tensor x, const ResizeRules &rules,
                      std::span<const ResizeDim> dims) {
  for (const ResizeDim &dim : dims) {
    node.b().require(1 - less(dim.out, 0), "Resize needs sizes of at least 0");
    node.b().require(max(equal(dim.out, 0), less(0, dim.in)),
                     "Resize has nothing to interpolate in an empty dimension");
  }
  node.output(resample(x, rules, dims));
}

// Y[i...] = X interpolated around the positions that `scales` or `sizes` and
// the coordinate transformation give i...
void resize_11(Node &node) {
  Tensor x = node.input(0, "X");
  ResizeRules rules = rules_of(node);
  std::vector<int> axes = resized_axes(node, x.rank());
  AspectRatio ratio =
      named<AspectRatio>(node, "keep_aspect_ratio_policy", "stretch",
                         {{"stretch", AspectRatio::stretch},
                          {"not_larger", AspectRatio::not_larger},
                          {"not_smaller", AspectRatio::not_smaller}});
  std::vector<ResizeDim> dims;
  if (node.has_input(3)) {
    std::vector<Size> sizes =
        sizes_operand(node, 3, "sizes", static_cast<int>(axes.size()));
    dims = sized_dims(x, axes, sizes, ratio, rules);
  } else {
    dims = scaled_dims(node, x, axes, scales_operand(node, 2), rules);
  }
  if (rules.coordinates == Coordinates::tf_crop_and_resize)
    bind_roi(node, axes, dims);
  output_resampled(node, x, rules, dims);
}

// Version 10: asymmetric coordinates; nearest is the element before the
// position when enlarging, the one after it when shrinking.
void resize_10(Node &node) {
  Tensor x = node.input(0, "X");
  ResizeRules rules;
  rules.mode = resize_mode(node);
  rules.coordinates = Coordinates::asymmetric;
  rules.nearest = Nearest::simple;
  std::vector<int> axes = resized_axes(node, x.rank());
  output_resampled(node, x, rules,
                   scaled_dims(node, x, axes, scales_operand(node, 1), rules));
}

} // namespace

LANDFALL_ONNX(resize, {"Resize", 10, resize_10}, {"Resize", 11, resize_11})

} // namespace landfall::frontend
