//===- col2im.cpp - Overlapping blocks summed into an image -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/axis_list.h"
#include "frontend/onnx/support/compute_type.h"
#include "frontend/onnx/support/index_lists.h"

namespace landfall::frontend {
namespace {

/// One spatial dimension of the sliding blocks.
struct Sliding {
  Size image, block, blocks;
  int64_t dilation, stride, pad;
};

std::vector<Sliding> sliding_dims(const Node &node) {
  std::vector<Size> image = node.input_sizes(1, "image_shape");
  size_t rank = image.size();
  std::vector<Size> block =
      sizes_operand(node, 2, "block_shape", static_cast<int>(rank));
  std::vector<int64_t> ones(rank, 1), zeros(2 * rank, 0);
  auto dilations = node.ints_attr("dilations", ones);
  auto strides = node.ints_attr("strides", ones);
  auto pads = node.ints_attr("pads", zeros);
  node.expect(block.size() == rank && dilations.size() == rank &&
                  strides.size() == rank && pads.size() == 2 * rank,
              "image_shape, block_shape, dilations, strides and pads differ in "
              "length");
  std::vector<Sliding> dims;
  for (size_t d = 0; d < rank; ++d) {
    node.expect(strides[d] > 0, "'strides' must be positive");
    Size reach = dilations[d] * (block[d] - 1) + 1;
    Size blocks =
        floordiv(image[d] + (pads[d] + pads[rank + d]) - reach, strides[d]) + 1;
    dims.push_back({image[d], block[d], max(blocks, 0), dilations[d],
                    strides[d], pads[d]});
  }
  return dims;
}

// output[n, c, i...] = sum over block positions k... of input[n, (c, k...),
// (j...)] where j = (i + pad - k * dilation) / stride is a whole block number
void col2im(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "input");
  node.expect(x.rank() == 3, "the input must have rank 3");
  std::vector<Sliding> dims = sliding_dims(node);
  Shape image, block;
  Size block_size = 1, block_count = 1;
  for (const Sliding &dim : dims) {
    image.push_back(dim.image);
    block.push_back(dim.block);
    block_size = block_size * dim.block;
    block_count = block_count * dim.blocks;
  }
  b.require(equal(x.dim(2), block_count),
            "Col2Im needs one column for each block position");
  b.require(less(0, block_size), "Col2Im needs blocks that are not empty");
  b.require(equal(mod(x.dim(1), max(block_size, 1)), 0),
            "Col2Im needs whole blocks of the input's second axis");
  Size channels = floordiv(x.dim(1), max(block_size, 1));
  DType compute = compute_type(x.dtype());
  auto element = [&](std::span<const Scalar> at, std::span<const Scalar> k) {
    Scalar row = at[1], column = b.index(0);
    Scalar hit = b.literal_int(DType::boolean, 1);
    for (size_t d = 0; d < dims.size(); ++d) {
      const Sliding &dim = dims[d];
      Scalar position =
          at[2 + d] + double(dim.pad) - k[d] * double(dim.dilation);
      Scalar number = position / double(dim.stride);
      hit = logical_and(
          hit, logical_and(position >= 0, number < b.scalar(dim.blocks)));
      if (dim.stride != 1)
        hit = logical_and(hit, number * double(dim.stride) == position);
      row = row * b.scalar(dim.block) + k[d];
      column = column * b.scalar(dim.blocks) + number;
    }
    Scalars source = {at[0], row, column};
    return convert(x.at_or(source, hit, b.literal(x.dtype(), 0)), compute);
  };
  node.output(b.map(joined(Shape{x.dim(0), channels}, image), x.dtype(),
                    [&](std::span<const Scalar> at) {
                      Scalar total = sum(b, block, compute,
                                         [&](std::span<const Scalar> k) {
                                           return element(at, k);
                                         });
                      return convert(total, x.dtype());
                    }));
}

} // namespace

LANDFALL_ONNX(col2im, {"Col2Im", 18, col2im})

} // namespace landfall::frontend
