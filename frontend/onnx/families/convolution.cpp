//===- convolution.cpp - Convolutions -------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/convolution.h"

#include "frontend/onnx/families/quantization.h"
#include "frontend/onnx/families/weight_sums.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

namespace {

/// The index space of one convolution. Ungrouped: (n, m, o...). Grouped:
/// (n, g, m of the group, o...), with X and W reshaped likewise. Depthwise with
/// one filter a channel needs no split: the channel is the filter.
struct Space {
  Builder &b;
  const Convolution &conv;
  Size filters;  ///< M
  Size channels; ///< C / group
  bool depthwise;
  bool grouped;
  bool x_is_shifted, w_is_shifted;
  /// If present, the zero point of x is subtracted from the sums.
  Tensor w_sums;
  Tensor x;
  Tensor w;

  Space(Builder &b, const Convolution &conv) : b(b), conv(conv) {
    filters = conv.w.dim(0);
    channels = conv.w.dim(1);
    depthwise =
        conv.group > 1 && channels == Size(1) && filters == Size(conv.group);
    grouped = conv.group > 1 && !depthwise;
    x_is_shifted = !is_nothing(conv.x_zero);
    w_is_shifted = !is_nothing(conv.w_zero);
    if (x_is_shifted && conv.accumulator == DType::i32)
      w_sums = weight_sums(b, conv.w, conv.w_zero, 0);
    x = conv.x;
    w = conv.w;
    if (!grouped)
      return;
    x = b.reshape(x,
                  joined({x.dim(0), conv.group, channels}, conv.window.input));
    w = b.reshape(
        w, joined({conv.group, group_filters(), channels}, conv.window.kernel));
  }

  Size group_filters() const { return floordiv(filters, conv.group); }
  size_t lead() const { return grouped ? 3 : 2; }

  Shape points() const {
    Shape head = {conv.x.dim(0)};
    if (grouped)
      head.push_back(conv.group);
    head.push_back(grouped ? group_filters() : filters);
    return joined(head, conv.window.output);
  }
  Shape result() const {
    return joined({conv.x.dim(0), filters}, conv.window.output);
  }
  Scalar filter(std::span<const Scalar> point) const {
    return grouped ? point[1] * b.scalar(group_filters()) + point[2] : point[1];
  }

  /// X's and W's factor for a point and (c, k...).
  std::pair<Scalar, Scalar> factors(std::span<const Scalar> point,
                                    std::span<const Scalar> reduce) const {
    DType type = conv.accumulator;
    Tap at = tap(b, conv.window, point.subspan(lead()), reduce.subspan(1));
    Scalars x_head(point.begin(), point.begin() + lead() - 1);
    x_head.push_back(depthwise ? point[1] : reduce[0]);
    Scalar zero = b.literal(x.dtype(), 0);
    if (conv.x_zero) {
      Scalar shift = per_channel(conv.x_zero, b.index(0)); // Checks, too.
      zero = x_is_shifted ? shift : zero;
    }
    Scalar left = convert(at.load(x, x_head, zero), type);
    if (x_is_shifted && !w_sums)
      left = left - convert(zero, type);

    Scalars w_index(point.begin() + 1, point.begin() + lead());
    w_index.insert(w_index.end(), reduce.begin(), reduce.end());
    Scalar right = convert(w.at(w_index), type);
    if (conv.w_zero) {
      Scalar shift = per_channel(conv.w_zero, filter(point)); // Checks, too.
      right = w_is_shifted ? right - convert(shift, type) : right;
    }
    return {left, right};
  }

  Scalar finish(std::span<const Scalar> point, Scalar sum) const {
    if (w_sums)
      sum = sum - convert(per_channel(conv.x_zero, b.index(0)), sum.dtype()) *
                      w_sums.at({filter(point)});
    Scalar value = conv.epilogue ? conv.epilogue(filter(point), sum) : sum;
    return convert(value, conv.result);
  }
};

} // namespace

Scalar per_channel(Tensor x, Scalar channel) {
  if (x.rank() == 0)
    return x.at({});
  if (x.rank() != 1)
    throw BuildError(ErrorCode::invalid_model,
                     "a scale or zero point of shape " + to_string(x.shape()) +
                         " must be one value, or a list of one a channel");
  return x.at({broadcast_index(channel.builder(), x.dim(0), Size(0), channel)});
}

Convolution bind_convolution(const Node &node, Tensor x, Tensor w) {
  Convolution conv;
  conv.x = x;
  conv.w = w;
  conv.window = bind_window(node, x, convolution_kernel(node, x, w));
  conv.group = node.int_attr("group", 1);
  node.expect(conv.group >= 1, "attribute group must be positive");
  require_equal(node.b(), x.dim(1), w.dim(1) * conv.group,
                "X's channels differ from W's channels times group");
  require_equal(node.b(), mod(w.dim(0), conv.group), 0,
                "W's filters are not a multiple of group");
  conv.result = x.dtype();
  conv.accumulator = compute_type(conv.result);
  return conv;
}

void bind_bias(const Node &node, Convolution &conv, Tensor bias) {
  if (!bias)
    return;
  require_list(node, bias, "B", conv.w.dim(0));
  conv.epilogue = [bias](Scalar channel, Scalar sum) {
    return sum + convert(per_channel(bias, channel), sum.dtype());
  };
}

Tensor convolve(Builder &b, const Convolution &conv) {
  Space space(b, conv);
  Contraction c;
  c.shape = space.points();
  c.reduce = joined({space.channels}, conv.window.kernel);
  c.accumulator = conv.accumulator;
  c.factors = [&](std::span<const Scalar> point, std::span<const Scalar> k) {
    return space.factors(point, k);
  };
  c.epilogue = [&](std::span<const Scalar> point, Scalar sum) {
    return space.finish(point, sum);
  };
  Tensor y = b.contract(c);
  return space.grouped ? b.reshape(y, space.result()) : y;
}

} // namespace landfall::frontend
