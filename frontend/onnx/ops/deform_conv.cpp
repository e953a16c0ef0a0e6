//===- deform_conv.cpp - ONNX DeformConv ----------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y[n, m, o...] = B[m] + sum over c, k... of W[m, c, k...] * mask[n, c, k...,
// o]
//                 * X[n, c, o * stride - pad + k * dilation + offset[n, c, k,
//                 o]]
// X between its elements is multilinear, outside it is 0. Offsets and masks are
// shared by the channels of an offset group.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/window.h"

namespace landfall::frontend {

namespace {

struct Deformed {
  Builder &b;
  Tensor x;      ///< [N, C, in...]
  Tensor w;      ///< [G, M / G, C / G, kernel...]
  Tensor offset; ///< [N, offset groups, kernel..., axis, o...]
  Tensor mask;   ///< [N, offset groups, kernel..., o...]; may be absent.
  Window window;
  Size offset_span; ///< Channels that share an offset.

  DType compute() const { return compute_type(x.dtype()); }
};

/// The real-valued position along an axis.
Scalar position(const Deformed &d, size_t axis, std::span<const Scalar> head,
                std::span<const Scalar> output,
                std::span<const Scalar> kernel) {
  const Window &w = d.window;
  Scalar regular = output[axis] * double(w.strides[axis]) -
                   d.b.scalar(w.begin[axis]) +
                   kernel[axis] * double(w.dilations[axis]);
  Scalars index = joined(head, kernel);
  index.push_back(d.b.index(int64_t(axis)));
  Scalar offset = convert(d.offset.at(joined(index, output)), d.compute());
  return cast(regular, d.compute()) + offset;
}

/// X[n, channel, p...] for real p: the corners' values, weighted.
Scalar sample(const Deformed &d, Scalar batch, Scalar channel,
              const Scalars &p) {
  Builder &b = d.b;
  Scalar total = b.literal(d.compute(), 0);
  for (size_t corner = 0; corner < size_t(1) << p.size(); ++corner) {
    Scalar weight = b.literal(d.compute(), 1);
    Tap tap;
    for (size_t axis = 0; axis < p.size(); ++axis) {
      Scalar low = floor(p[axis]);
      Scalar fraction = p[axis] - low;
      bool upper = corner >> axis & 1;
      weight = weight * (upper ? fraction : 1.0 - fraction);
      Scalar index = cast(low, DType::i64) + double(upper);
      Size extent = d.window.input[axis];
      tap.inside =
          both(tap.inside, logical_and(index >= 0, index < b.scalar(extent)));
      tap.indices.push_back(index);
    }
    Scalar head[] = {batch, channel};
    Scalar value = tap.load(d.x, head, b.literal(d.x.dtype(), 0));
    total = total + weight * convert(value, d.compute());
  }
  return total;
}

std::pair<Scalar, Scalar> factors(const Deformed &d, std::span<const Scalar> p,
                                  std::span<const Scalar> k) {
  auto output = p.subspan(3);
  auto kernel = k.subspan(1);
  Scalar channel = p[1] * d.b.scalar(d.w.dim(2)) + k[0];
  Scalar head[] = {p[0], channel / d.b.scalar(d.offset_span)};
  Scalars at;
  for (size_t axis = 0; axis < d.window.rank(); ++axis)
    at.push_back(position(d, axis, head, output, kernel));
  Scalar value = sample(d, p[0], channel, at);
  if (d.mask)
    value = value * convert(d.mask.at(joined(joined(head, kernel), output)),
                            d.compute());
  Scalar w_head[] = {p[1], p[2], k[0]};
  return {value, convert(d.w.at(joined(w_head, kernel)), d.compute())};
}

} // namespace

static void deform_conv(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "X"), w = node.input(1, "W");
  Tensor offset = node.input(2, "offset", x.rank());
  Tensor bias = node.optional_input(3, "B", 1);
  Tensor mask = node.optional_input(4, "mask", x.rank());
  Window window = bind_window(node, x, convolution_kernel(node, x, w));
  int64_t group = node.int_attr("group", 1);
  int64_t offset_groups = node.int_attr("offset_group", 1);
  node.expect(group >= 1 && offset_groups >= 1,
              "group and offset_group must be positive");
  require_equal(b, x.dim(1), w.dim(1) * group,
                "X's channels differ from W's channels times group");
  Size filters = floordiv(w.dim(0), group);
  Shape lead = joined({x.dim(0), offset_groups}, window.kernel);
  Shape sampled = joined(lead, {int64_t(window.rank())});
  Deformed d{b,
             x,
             b.reshape(w, joined({group, filters, w.dim(1)}, window.kernel)),
             b.reshape(offset, joined(sampled, window.output)),
             mask ? b.reshape(mask, joined(lead, window.output)) : mask,
             window,
             floordiv(x.dim(1), offset_groups)};
  if (bias)
    bias = b.reshape(bias, {group, filters});
  Contraction c;
  c.shape = joined({x.dim(0), group, filters}, window.output);
  c.reduce = joined({w.dim(1)}, window.kernel);
  c.accumulator = d.compute();
  c.factors = [&](std::span<const Scalar> p, std::span<const Scalar> k) {
    return factors(d, p, k);
  };
  c.epilogue = [&](std::span<const Scalar> p, Scalar sum) {
    if (bias)
      sum = sum + convert(bias.at({p[1], p[2]}), d.compute());
    return convert(sum, x.dtype());
  };
  node.output(
      b.reshape(b.contract(c), joined({x.dim(0), w.dim(0)}, window.output)));
}

LANDFALL_ONNX(deform_conv, {"DeformConv", 19, deform_conv})

} // namespace landfall::frontend
