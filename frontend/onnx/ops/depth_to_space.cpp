//===- depth_to_space.cpp - Channels become blocks of pixels ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/permute.h"

namespace landfall::frontend {

// output[n, c, h*s + i, w*s + j] = input[n, channel(c, i, j), h, w], where the
// channel is (i, j, c) in mode DCR and (c, i, j) in mode CRD
static void depth_to_space(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "input");
  node.expect(x.rank() == 4, "the input must have rank 4");
  int64_t s = node.int_attr("blocksize");
  node.expect(s > 0, "'blocksize' must be positive");
  Size depth = floordiv(x.dim(1), s * s);
  std::string mode = node.string_attr("mode", "DCR");
  node.expect(mode == "DCR" || mode == "CRD",
              "'mode' is '" + mode + "'; expected DCR or CRD");
  bool depth_first = mode == "CRD";
  Shape split = depth_first ? Shape{x.dim(0), depth, s, s, x.dim(2), x.dim(3)}
                            : Shape{x.dim(0), s, s, depth, x.dim(2), x.dim(3)};
  std::vector<int> order = depth_first ? std::vector{0, 1, 4, 2, 5, 3}
                                       : std::vector{0, 3, 4, 1, 5, 2};
  node.output(b.reshape(permute(b.reshape(x, split), order),
                        {x.dim(0), depth, x.dim(2) * s, x.dim(3) * s}));
}

LANDFALL_ONNX(depth_to_space, {"DepthToSpace", 1, depth_to_space})

} // namespace landfall::frontend
