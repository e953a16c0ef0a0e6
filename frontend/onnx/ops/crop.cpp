//===- crop.cpp - Images without their borders ------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/strided_slice.h"

namespace landfall::frontend {

// output = input[:, :, top : bottom, left : right] with border (left, top,
// right, bottom); what is cut at the right and bottom is given by it, or by
// scale, the height and width of the output.
static void crop(Node &node) {
  Tensor x = node.input(0, "input", 4);
  std::vector<int64_t> border = node.ints_attr("border", {0, 0, 0, 0});
  std::vector<int64_t> scale = node.ints_attr("scale");
  node.expect(border.size() == 4, "'border' needs four entries");
  node.expect(scale.empty() || scale.size() == 2, "'scale' needs two entries");
  Shape shape = x.shape();
  Size starts[] = {0, 0, border[1], border[0]};
  Size steps[] = {1, 1, 1, 1};
  for (int d : {2, 3}) {
    Size rest = x.dim(d) - starts[d];
    shape[d] = scale.empty() ? rest - border[d == 2 ? 3 : 2] : scale[d - 2];
    node.b().require(less(-1, starts[d]) * less(-1, shape[d]) *
                         less(shape[d], rest + 1),
                     "Crop goes beyond the input's borders");
  }
  node.output(strided_slice(x, shape, starts, steps));
}

LANDFALL_ONNX(crop, {"Crop", 1, crop})

} // namespace landfall::frontend
