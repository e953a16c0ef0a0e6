//===- gather_block_quantized.cpp - ONNX Runtime's GatherBlockQuantized ---===//
//
// Part of Landfall, under the Apache License v2.0.
//
// output = Gather(scales * (data - zero_points), indices) along gather_axis,
// with a scale and a zero point for each block of block_size elements along
// quantize_axis. Bytes hold 8 / bits integers along the last dimension. Indices
// out of range give zeros. Real data (8- and 4-bit floats) has no zero points.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/block_weights.h"

namespace landfall::frontend {

namespace {

/// data [...], whose integers are `bits` wide, as numbers.
struct Blocks {
  Builder &b;
  Tensor data, scales, zeros;
  PackedBits packed; ///< Of bytes; `bits` is 8 for whole elements.
  Shape shape;       ///< In elements.
  int axis;          ///< That is cut into blocks.
  Size block;

  Scalar element(Tensor x, std::span<const Scalar> at) const {
    if (packed.bits == 8)
      return x.at(at);
    PackedBits bytes{x, packed.bits};
    return bytes.at(at.first(at.size() - 1), at.back());
  }

  /// Inside a body: the number at `at`.
  Scalar at(std::span<const Scalar> at) const {
    Scalars place(at.begin(), at.end());
    place[axis] = place[axis] / b.scalar(block);
    Scalars scale_at = place;
    for (size_t d = 0; d < place.size(); ++d)
      if (int(d) != axis)
        scale_at[d] =
            broadcast_index(b, scales.dim(int(d)), shape[d], place[d]);
    Scalar value = convert(element(data, at), DType::f32);
    if (zeros)
      value = value - convert(element(zeros, place), DType::f32);
    else if (data.dtype() == DType::u8)
      value = value - double(1 << (packed.bits - 1));
    return convert(value * convert(scales.at(scale_at), DType::f32),
                   scales.dtype());
  }
};

Blocks bind_blocks(const Node &node) {
  Tensor data = node.input(0, "data"), scales = node.input(2, "scales");
  node.expect(data.rank() >= 1 && scales.rank() == data.rank(),
              "data and scales must have one rank");
  bool bytes = data.dtype() == DType::u8;
  int bits = bytes ? packed_bits(node, "bits") : 8;
  Blocks blocks{node.b(),
                data,
                scales,
                node.optional_input(3, "zero_points", data.rank()),
                {data, bits},
                data.shape(),
                node.axis(node.int_attr("quantize_axis", 1), data.rank()),
                node.int_attr("block_size", 128)};
  blocks.shape.back() = blocks.shape.back() * blocks.packed.per_byte();
  Size &extent = blocks.shape[blocks.axis];
  if (blocks.block == Size(0))
    blocks.block = max(extent, 1);
  node.expect(known_ge(blocks.block, 1), "block_size must not be negative");
  require_equal(node.b(), scales.dim(blocks.axis),
                ceildiv(extent, blocks.block),
                "scales need one entry for each block");
  for (int d = 0; blocks.zeros && d < data.rank(); ++d) {
    Size count = scales.dim(d);
    if (d + 1 == data.rank())
      count = blocks.packed.bytes_of(count);
    require_equal(node.b(), blocks.zeros.dim(d), count,
                  "zero_points need one entry for each scale");
  }
  return blocks;
}

} // namespace

static void gather_block_quantized(Node &node) {
  Builder &b = node.b();
  Blocks blocks = bind_blocks(node);
  Tensor indices = node.input(1, "indices");
  int axis = node.axis(node.int_attr("gather_axis", 0), blocks.data.rank());
  node.expect(blocks.packed.bits == 8 || axis + 1 < blocks.data.rank(),
              "gather_axis must not be the packed dimension");
  Size extent = blocks.shape[axis];
  int rank = blocks.data.rank(), after = axis + indices.rank();
  Shape shape = joined(joined(sublist(blocks.shape, 0, axis), indices.shape()),
                       sublist(blocks.shape, axis + 1, rank));
  node.output(
      b.map(shape, blocks.scales.dtype(), [&](std::span<const Scalar> p) {
        Scalar given = cast(indices.at(sublist(p, axis, after)), DType::i64);
        Scalar index = select(given < 0, given + b.scalar(extent), given);
        Scalar inside = logical_and(index >= 0, index < b.scalar(extent));
        Scalars at = sublist(p, 0, axis);
        at.push_back(index);
        at = joined(at, sublist(p, after, int(p.size())));
        return b.branch(
            inside, [&] { return Scalars{blocks.at(at)}; },
            [&] { return Scalars{b.literal(blocks.scales.dtype(), 0)}; })[0];
      }));
}

LANDFALL_ONNX(gather_block_quantized, {"GatherBlockQuantized", 1,
                                       gather_block_quantized, "com.microsoft"})

} // namespace landfall::frontend
