//===- conv_transpose.cpp - ONNX ConvTranspose ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y[n, m, o...] = B[m] + sum over c, k... of W[c, m, k...] * X[n, c, i...]
// where i * stride + k * dilation - pad = o. The pull form: each output sums
// the taps that reach it. With strides, the products of all taps are formed
// first ("columns", a plain contraction) and each output gathers its share.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/convolution.h"
#include "frontend/onnx/support/axis_list.h"

#include <algorithm>

namespace landfall::frontend {

namespace {

struct Transposed {
  Builder &b;
  Tensor x; ///< [N, G, C / G, in...]
  Tensor w; ///< [G, C / G, M / G, kernel...]
  Tensor bias;
  Size group;
  Shape input, kernel, output;
  std::vector<int64_t> strides, dilations;
  Shape begin;

  DType type() const { return x.dtype(); }
  DType compute() const { return compute_type(type()); }
  size_t rank() const { return input.size(); }
};

/// One kernel tap that may reach an output: k, i and whether they exist.
struct Source {
  Scalars kernel;
  Scalars position;
  Scalar exists;
};

/// How many taps can reach an output of an axis, were the input endless: with
/// dilation 1, only every stride-th.
Size reaching(const Transposed &t, size_t axis) {
  bool skips = t.dilations[axis] == 1 && t.strides[axis] > 1;
  return skips ? ceildiv(t.kernel[axis], t.strides[axis]) : t.kernel[axis];
}

/// How many of the input's positions can reach an output, were the window
/// endless.
Size reached(const Transposed &t, size_t axis) {
  return ceildiv(t.input[axis], t.dilations[axis]);
}

/// Whether an axis visits its input's positions instead: the window has more
/// taps than that, or may have any number.
bool is_clipped(const Transposed &t, size_t axis) {
  return (t.strides[axis] == 1 || t.dilations[axis] == 1) &&
         !known_ge(reached(t, axis), reaching(t, axis)) &&
         (t.input[axis].is_constant() || !t.kernel[axis].is_constant());
}

bool is_any_clipped(const Transposed &t) {
  for (size_t axis = 0; axis < t.rank(); ++axis)
    if (is_clipped(t, axis))
      return true;
  return false;
}

/// How many candidate taps an axis has.
Size candidates(const Transposed &t, size_t axis) {
  Size reach = reaching(t, axis);
  return is_clipped(t, axis) ? min(reach, reached(t, axis)) : reach;
}

/// Tap 0 is the first that reaches back into the input: the one at its last
/// position, or before it.
void add_clipped_axis(const Transposed &t, size_t axis, Scalar start,
                      Scalar tap, Source &source) {
  Builder &b = t.b;
  double stride = double(t.strides[axis]);
  double dilation = double(t.dilations[axis]);
  Scalar phase = stride == 1 ? b.index(0) : start % stride;
  Scalar distance = stride == 1 ? start : (start - phase) / stride;
  Scalar position = b.index(0), step = distance;
  if (t.input[axis] != Size(1) || dilation != 1) {
    Scalar behind = distance - b.scalar(t.input[axis] - 1) + (dilation - 1);
    step = tap + maximum(dilation == 1 ? behind : behind / dilation, 0);
    position = distance - step * dilation;
  }
  Scalar kernel = phase + step * stride;
  source.exists = both(source.exists, position >= 0);
  source.exists = both(source.exists, kernel < b.scalar(t.kernel[axis]));
  if (!known_ge(t.begin[axis], 0))
    source.exists = both(source.exists, kernel >= 0);
  source.kernel.push_back(kernel);
  source.position.push_back(position);
}

void add_axis(const Transposed &t, size_t axis, Scalar output, Scalar tap,
              Source &source) {
  Builder &b = t.b;
  double stride = double(t.strides[axis]);
  double dilation = double(t.dilations[axis]);
  Scalar start =
      t.begin[axis] == Size(0) ? output : output + b.scalar(t.begin[axis]);
  if (is_clipped(t, axis))
    return add_clipped_axis(t, axis, start, tap, source);
  Scalar kernel = tap;
  Scalar position;
  if (stride == 1) {
    position = start - (dilation == 1 ? tap : tap * dilation);
  } else if (dilation == 1) {
    Scalar phase = start % stride;
    kernel = phase + tap * stride;
    position = (start - phase) / stride - tap;
    if (mod(t.kernel[axis], t.strides[axis]) != Size(0))
      source.exists = both(source.exists, kernel < b.scalar(t.kernel[axis]));
  } else {
    Scalar distance = start - tap * dilation;
    Scalar phase = distance % stride;
    source.exists = both(source.exists, phase == 0);
    position = (distance - phase) / stride;
  }
  bool single = candidates(t, axis) == Size(1);
  if (!single || !known_ge(t.begin[axis], 0))
    source.exists = both(source.exists, position >= 0);
  if (!known_ge(t.input[axis] * t.strides[axis],
                t.output[axis] + t.begin[axis]))
    source.exists = both(source.exists, position < b.scalar(t.input[axis]));
  source.kernel.push_back(kernel);
  source.position.push_back(position);
}

Source source_of(const Transposed &t, std::span<const Scalar> output,
                 std::span<const Scalar> taps) {
  Source source;
  for (size_t axis = 0; axis < t.rank(); ++axis)
    add_axis(t, axis, output[axis], taps[axis], source);
  return source;
}

Shape tap_shape(const Transposed &t) {
  Shape shape;
  for (size_t axis = 0; axis < t.rank(); ++axis)
    shape.push_back(candidates(t, axis));
  return shape;
}

Shape points(const Transposed &t) {
  return joined({t.x.dim(0), t.group, t.w.dim(2)}, t.output);
}

Scalar finish(const Transposed &t, std::span<const Scalar> p, Scalar sum) {
  if (t.bias)
    sum = sum + convert(t.bias.at({p[1], p[2]}), t.compute());
  return convert(sum, t.type());
}

/// x[n, g, c, i...] of a source, 0 where there is none.
Scalar input_at(const Transposed &t, std::span<const Scalar> p, Scalar channel,
                const Source &source) {
  Tap tap{source.position, source.exists};
  Scalar head[] = {p[0], p[1], channel};
  return convert(tap.load(t.x, head, t.b.literal(t.type(), 0)), t.compute());
}

/// Without strides: a convolution that reads backwards.
Tensor backwards(const Transposed &t) {
  Contraction c;
  c.shape = points(t);
  c.reduce = joined({t.x.dim(2)}, tap_shape(t));
  c.accumulator = t.compute();
  c.factors = [&](std::span<const Scalar> p, std::span<const Scalar> k) {
    Source source = source_of(t, p.subspan(3), k.subspan(1));
    Scalar head[] = {p[1], k[0], p[2]};
    // The taps of other axes are all in the window.
    Tap tap{source.kernel, is_any_clipped(t) ? source.exists : Scalar()};
    Scalar weight = tap.load(t.w, head, t.b.literal(t.type(), 0));
    return std::pair(input_at(t, p, k[0], source),
                     convert(weight, t.compute()));
  };
  c.epilogue = [&](std::span<const Scalar> p, Scalar sum) {
    return finish(t, p, sum);
  };
  return t.b.contract(c);
}

/// With one input channel a group: each output sums its own taps.
Tensor depthwise(const Transposed &t) {
  return t.b.map(points(t), t.type(), [&](std::span<const Scalar> p) {
    Scalar total =
        sum(t.b, tap_shape(t), t.compute(), [&](std::span<const Scalar> k) {
          Source source = source_of(t, p.subspan(3), k);
          Scalar head[] = {p[1], t.b.index(0), p[2]};
          Tap weight{source.kernel, source.exists};
          Scalar zero = t.b.literal(t.type(), 0);
          return input_at(t, p, t.b.index(0), source) *
                 convert(weight.load(t.w, head, zero), t.compute());
        });
    return finish(t, p, total);
  });
}

/// [N, G, M / G, kernel..., in...]: the products of every tap with every input
/// position, summed over the channels.
Tensor columns(const Transposed &t) {
  Builder &b = t.b;
  Size rows = t.w.dim(2) * product(t.kernel);
  Size places = product(t.input);
  Tensor w = b.reshape(t.w, {t.group, t.w.dim(1), rows});
  Tensor x = b.reshape(t.x, {t.x.dim(0), t.group, t.x.dim(2), places});
  Contraction c;
  c.shape = {t.x.dim(0), t.group, rows, places};
  c.reduce = {t.x.dim(2)};
  c.accumulator = t.compute();
  c.factors = [&](std::span<const Scalar> p, std::span<const Scalar> k) {
    return std::pair(convert(w.at({p[1], k[0], p[2]}), t.compute()),
                     convert(x.at({p[0], p[1], k[0], p[3]}), t.compute()));
  };
  Shape shape = {t.x.dim(0), t.group, t.w.dim(2)};
  return b.reshape(b.contract(c), joined(joined(shape, t.kernel), t.input));
}

Tensor gathered(const Transposed &t) {
  Tensor products = columns(t);
  return t.b.map(points(t), t.type(), [&](std::span<const Scalar> p) {
    Scalar total =
        sum(t.b, tap_shape(t), t.compute(), [&](std::span<const Scalar> k) {
          Source source = source_of(t, p.subspan(3), k);
          Tap tap{source.position, source.exists};
          return tap.load(products, joined(p.first(3), source.kernel),
                          t.b.literal(t.compute(), 0));
        });
    return finish(t, p, total);
  });
}

/// Where the output starts, and its extent, from output_shape, auto_pad, pads
/// (given, or else the attribute) and output_padding.
void bind_output(const Node &node, Transposed &t,
                 const std::vector<Size> *given) {
  std::string mode = node.string_attr("auto_pad", "NOTSET");
  bool same = mode == "SAME_UPPER" || mode == "SAME_LOWER";
  node.expect(same || mode == "NOTSET" || mode == "VALID" || mode.empty(),
              "auto_pad \"" + mode + "\" is not known");
  auto extra = spatial_ints(node, "output_padding", t.rank(), 0);
  for (size_t axis = 0; axis < t.rank(); ++axis)
    node.expect(extra[axis] >= 0 &&
                    extra[axis] < std::max(t.strides[axis], t.dilations[axis]),
                "attribute output_padding must be less than strides or "
                "dilations, and not negative");
  std::vector<Size> pads(2 * t.rank(), 0);
  if (given)
    pads = *given;
  else if (!same && mode != "VALID")
    pads = to_sizes(spatial_ints(node, "pads", 2 * t.rank(), 0));
  std::vector<int64_t> wanted = node.ints_attr("output_shape");
  if (wanted.size() == t.rank() + 2)
    wanted.erase(wanted.begin(), wanted.begin() + 2);
  node.expect(wanted.empty() || wanted.size() == t.rank(),
              "output_shape needs one value a spatial axis");
  for (size_t axis = 0; axis < t.rank(); ++axis) {
    Size full = (t.input[axis] - 1) * t.strides[axis] + extra[axis] +
                (t.kernel[axis] - 1) * t.dilations[axis] + 1;
    if (wanted.empty() && !same) {
      t.begin.push_back(pads[axis]);
      t.output.push_back(full - pads[axis] - pads[t.rank() + axis]);
    } else {
      Size out =
          wanted.empty() ? t.input[axis] * t.strides[axis] : Size(wanted[axis]);
      Size total = max(full - out, 0);
      Size half = floordiv(total, 2);
      t.begin.push_back(mode == "SAME_UPPER" ? half : total - half);
      t.output.push_back(out);
    }
    if (!known_ge(t.output[axis], 0))
      node.b().require(less(-1, t.output[axis]),
                       "ConvTranspose's padding exceeds its output");
  }
}

/// `pads` are those of an operand, if it is present.
void transpose_convolution(Node &node, Tensor bias,
                           const std::vector<Size> *pads) {
  Builder &b = node.b();
  Tensor x = node.input(0, "X"), w = node.input(1, "W");
  Shape kernel = convolution_kernel(node, x, w);
  int64_t group = node.int_attr("group", 1);
  node.expect(group >= 1, "attribute group must be positive");
  require_equal(b, x.dim(1), w.dim(0),
                "X's channels differ from W's first dimension");
  require_equal(b, mod(w.dim(0), group), 0,
                "W's channels are not a multiple of group");
  Size channels = floordiv(w.dim(0), group), filters = w.dim(1);
  Shape input = sublist(x.shape(), 2, x.rank());
  Transposed t{b,
               b.reshape(x, joined({x.dim(0), group, channels}, input)),
               b.reshape(w, joined({group, channels, filters}, kernel)),
               bias ? b.reshape(bias, {group, filters}) : bias,
               group,
               input,
               kernel,
               {},
               spatial_ints(node, "strides", input.size(), 1),
               spatial_ints(node, "dilations", input.size(), 1),
               {}};
  for (size_t axis = 0; axis < t.rank(); ++axis)
    node.expect(t.strides[axis] >= 1 && t.dilations[axis] >= 1,
                "strides and dilations must be positive");
  bind_output(node, t, pads);
  bool strided = t.strides != std::vector<int64_t>(t.rank(), 1);
  // What a clipped axis reads is no affine function of the output, but for one
  // position.
  for (size_t axis = 0; axis < t.rank(); ++axis)
    strided |= is_clipped(t, axis) && t.input[axis] != Size(1);
  Tensor y = channels == Size(1) ? depthwise(t)
             : strided           ? gathered(t)
                                 : backwards(t);
  node.output(b.reshape(y, joined({x.dim(0), filters * group}, t.output)));
}

void conv_transpose(Node &node) {
  transpose_convolution(node, node.optional_input(2, "B"), nullptr);
}

void with_dynamic_pads(Node &node) {
  std::vector<Size> pads;
  if (node.has_input(2))
    pads = sizes_operand(node, 2, "Pads", 2 * (node.input(0, "X").rank() - 2));
  transpose_convolution(node, node.optional_input(3, "B"),
                        pads.empty() ? nullptr : &pads);
}

} // namespace

LANDFALL_ONNX(conv_transpose, {"ConvTranspose", 1, conv_transpose},
              {"ConvTransposeWithDynamicPads", 1, with_dynamic_pads,
               "com.microsoft"})

} // namespace landfall::frontend
