//===- space_to_depth.cpp - Blocks of pixels become channels ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/permute.h"

namespace landfall::frontend {

// output[n, channel(c, i, j), h, w] = input[n, c, h*s + i, w*s + j], where the
// channel is (i, j, c) in mode DCR and (c, i, j) in mode CRD
static void space_to_depth(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "input");
  node.expect(x.rank() == 4, "the input must have rank 4");
  int64_t s = node.int_attr("blocksize");
  node.expect(s > 0, "'blocksize' must be positive");
  Size height = floordiv(x.dim(2), s), width = floordiv(x.dim(3), s);
  std::string mode = node.string_attr("mode", "DCR");
  node.expect(mode == "DCR" || mode == "CRD",
              "'mode' is '" + mode + "'; expected DCR or CRD");
  std::vector<int> order = mode == "CRD" ? std::vector{0, 1, 3, 5, 2, 4}
                                         : std::vector{0, 3, 5, 1, 2, 4};
  Tensor blocks = b.reshape(x, {x.dim(0), x.dim(1), height, s, width, s});
  node.output(b.reshape(permute(blocks, order),
                        {x.dim(0), x.dim(1) * (s * s), height, width}));
}

LANDFALL_ONNX(space_to_depth, {"SpaceToDepth", 1, space_to_depth})

} // namespace landfall::frontend
