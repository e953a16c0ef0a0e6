//===- crop_and_resize.cpp - ONNX Runtime's CropAndResize -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y[r, c] = image X[batch_indices[r], c] in the box rois[r] = (y1, x1, y2, x2),
// whose coordinates run from 0 to 1, resampled at the crop's corners and evenly
// between; extrapolation_value where that is outside the image
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/support/axis_list.h"
#include "frontend/onnx/support/checked_index.h"
#include "frontend/onnx/support/compute_type.h"

namespace landfall::frontend {

namespace {

/// Inside a body: where position `i` of `count` between `from` and `to` is in a
/// dimension of `extent` elements.
Scalar position_in(Builder &b, Scalar from, Scalar to, Scalar i, Size count,
                   Size extent) {
  DType type = from.dtype();
  Scalar last = cast(b.scalar(extent - 1), type);
  Scalar steps = cast(b.scalar(max(count - 1, 1)), type);
  Scalar between = from * last + cast(i, type) * ((to - from) * last / steps);
  Scalar middle = (from + to) * 0.5 * last;
  return select(b.scalar(less(1, count)) == 1, between, middle);
}

struct Crop {
  Builder &b;
  Tensor x;
  bool nearest;

  /// image[c] at the position (y, x), which is inside.
  Scalar sample(Scalar image, Scalar channel, Scalar y, Scalar x_at) const {
    DType type = y.dtype();
    auto element = [&](Scalar row, Scalar column) {
      Scalar zero = b.index(0);
      Scalar i = clamp(cast(row, DType::i64), zero, b.scalar(x.dim(2) - 1));
      Scalar j = clamp(cast(column, DType::i64), zero, b.scalar(x.dim(3) - 1));
      return convert(x.at({image, channel, i, j}), type);
    };
    if (nearest)
      return element(floor(y + 0.5), floor(x_at + 0.5));
    Scalar top = floor(y), left = floor(x_at);
    Scalar down = y - top, right = x_at - left;
    auto row = [&](Scalar i) {
      Scalar first = element(i, left);
      return first + (element(i, ceil(x_at)) - first) * right;
    };
    Scalar upper = row(top);
    return upper + (row(ceil(y)) - upper) * down;
  }
};

} // namespace

static void crop_and_resize(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "X", 4), boxes = node.input(1, "rois", 2);
  Tensor images = node.input(2, "batch_indices", 1);
  std::vector<Size> size = sizes_operand(node, 3, "crop_size", 2);
  b.require(equal(boxes.dim(1), 4), "rois needs four numbers a box");
  b.require(equal(boxes.dim(0), images.dim(0)),
            "rois and batch_indices need one entry a box each");
  for (int axis : {0, 1}) {
    b.require(less(0, size[axis]), "crop_size must be positive");
    b.require(less(0, x.dim(axis + 2)), "X has an empty dimension");
  }
  std::string mode = node.string_attr("mode", "bilinear");
  node.expect(mode == "bilinear" || mode == "nearest",
              "'mode' is '" + mode + "'; expected bilinear or nearest");
  double outside = node.float_attr("extrapolation_value", 0);
  Size batch = x.dim(0);
  CheckedIndex image(node, images, {&batch, 1},
                     CheckedIndex::Negative::refused);
  Crop crop{b, x, mode == "nearest"};
  DType type = compute_type(x.dtype());
  Shape shape = {boxes.dim(0), x.dim(1), size[0], size[1]};
  node.output(b.map(shape, x.dtype(), [&](std::span<const Scalar> p) {
    auto corner = [&](int k) {
      return convert(boxes.at({p[0], b.index(k)}), type);
    };
    Scalar at[2], inside;
    for (int axis : {0, 1}) {
      Size extent = x.dim(axis + 2);
      at[axis] = position_in(b, corner(axis), corner(axis + 2), p[2 + axis],
                             size[axis], extent);
      Scalar within = logical_and(at[axis] >= 0,
                                  at[axis] <= cast(b.scalar(extent - 1), type));
      inside = inside ? logical_and(inside, within) : within;
    }
    Scalar value = crop.sample(image.at(p.first(1)), p[1], at[0], at[1]);
    return convert(select(inside, value, b.literal(type, outside)), x.dtype());
  }));
}

LANDFALL_ONNX(crop_and_resize,
              {"CropAndResize", 1, crop_and_resize, "com.microsoft"})

} // namespace landfall::frontend
