//===- affine_grid.cpp - Sampling positions of an affine map ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/compute_type.h"
#include "frontend/onnx/support/index_lists.h"
#include "frontend/onnx/support/loose_flags.h"

namespace landfall::frontend {
namespace {

/// Position `i` of `extent` in [-1, 1]: between the centres of the outermost
/// elements (align_corners) or their outer borders.
Scalar normalized(Builder &b, Scalar i, Size extent, bool align_corners,
                  DType compute) {
  Scalar position = convert(i, compute);
  Scalar n = convert(b.scalar(extent), compute);
  if (!align_corners)
    return (position * 2 + 1) / n - 1;
  return position * 2 / maximum(n - 1, 1.0) - 1;
}

// grid[n, p..., k] = sum over j of theta[n, k, j] * (x, y[, z], 1)[j], with the
// position p... in coordinates from -1 to 1, x along the last dimension
void affine_grid(Node &node) {
  Builder &b = node.b();
  Tensor theta = node.input(0, "theta");
  std::vector<Size> size = node.input_sizes(1, "size");
  node.expect(size.size() == 4 || size.size() == 5,
              "'size' needs 4 or 5 entries");
  node.expect(theta.rank() == 3, "'theta' must have rank 3");
  bool align_corners = flag_unless_zero(node, "align_corners", false);
  int spatial = static_cast<int>(size.size()) - 2;
  b.require(equal(theta.dim(0), size[0]), "theta and size differ in N");
  b.require(equal(theta.dim(1), spatial) * equal(theta.dim(2), spatial + 1),
            "'theta' must hold a " + std::to_string(spatial) + " x " +
                std::to_string(spatial + 1) + " matrix a batch entry");
  DType compute = compute_type(theta.dtype());
  Shape shape = {size[0]};
  shape.insert(shape.end(), size.begin() + 2, size.end());
  shape.push_back(spatial);
  node.output(b.map(shape, theta.dtype(), [&](std::span<const Scalar> at) {
    Scalar row = at.back();
    auto entry = [&](int j) {
      return convert(theta.at({at[0], row, b.index(j)}), compute);
    };
    Scalar total = entry(spatial);
    for (int j = 0; j < spatial; ++j) {
      int d = spatial - j; // x is the last spatial dimension.
      total = total +
              entry(j) * normalized(b, at[d], shape[d], align_corners, compute);
    }
    return convert(total, theta.dtype());
  }));
}

} // namespace

LANDFALL_ONNX(affine_grid, {"AffineGrid", 20, affine_grid})

} // namespace landfall::frontend
