//===- center_crop_pad.cpp - Centred crop or zero padding -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/axis_list.h"

namespace landfall::frontend {

// Along each of axes, output has the extent `shape` asks for: the middle of the
// input, or the input in the middle of zeros; odd differences go to the end.
static void center_crop_pad(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "input_data");
  int rank = x.rank();
  auto given = axes_of(node, -1, -1);
  AxisList axes = given ? AxisList(node, *given, rank) : AxisList(rank, rank);
  std::vector<Size> target = sizes_operand(node, 1, "shape", axes.count());
  Shape shape, offset; // Input position = output position + offset.
  for (int d = 0; d < rank; ++d) {
    Size extent = axes.value_at(d, target, x.dim(d));
    shape.push_back(extent);
    offset.push_back(floordiv(max(x.dim(d) - extent, 0), 2) -
                     floordiv(max(extent - x.dim(d), 0), 2));
  }
  node.output(b.map(shape, x.dtype(), [&](std::span<const Scalar> at) {
    Scalars source(at.begin(), at.end());
    Scalar inside = b.literal_int(DType::boolean, 1);
    for (int d = 0; d < rank; ++d) {
      if (shape[d] == x.dim(d))
        continue;
      source[d] = source[d] + b.scalar(offset[d]);
      Scalar here = logical_and(source[d] >= 0, source[d] < b.scalar(x.dim(d)));
      inside = logical_and(inside, here);
    }
    return x.at_or(source, inside, b.literal(x.dtype(), 0));
  }));
}

LANDFALL_ONNX(center_crop_pad, {"CenterCropPad", 18, center_crop_pad})

} // namespace landfall::frontend
