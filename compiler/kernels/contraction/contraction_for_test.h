//===- contraction_for_test.h - Matrix products and convolutions -*- C++ -*-==//
//
// Part of Landfall, under the Apache License v2.0.
//
// For tests and benchmarks only. Builds contraction kernels of the form that
// the frontend builds: matrix products and convolutions of given shapes
// (random_contraction_for_test.h draws some). M, N and K are as in
// kernel_analysis/contraction/contraction_roles.h.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel_for_test.h"

#include <bit>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace landfall::kernels {

struct ContractionCase {
  Kernel kernel;
  std::vector<int64_t> sizes; ///< The values of the size parameters.
  double operations = 0;      ///< Multiplications plus additions of a launch.
};

/// Element types of the factors `a` and `b`, the accumulator and the result.
struct ContractionTypes {
  DType a = DType::f32, b = DType::f32, sum = DType::f32, out = DType::f32;
};

/// What the kernel computes from a load x of the first factor before the
/// product.
enum class Prologue {
  none,
  zero_point, ///< x - zero[], a scalar operand.
  relu,       ///< max(x, 0)
  /// The same as zero_point; and from each load of the second factor its own
  /// point's element of another operand is subtracted.
  zero_points,
};

/// The epilogue: what the kernel computes from each sum.
enum class Finish {
  none,
  bias_relu,    ///< max(sum + bias[channel], 0); for a matmul, channel is m
  residual,     ///< sum + other[all result indices]
  index,        ///< sum + the last result index
  row,          ///< sum + other[last result index]
  guarded_load, ///< sum + (last index < 3 ? other[all result indices] : 7)
};

/// Builds the description of one contraction. `dynamic` is called for each
/// extent: true makes it a run-time size parameter, false a constant.
class ContractionMaker : public KernelMaker {
public:
  explicit ContractionMaker(std::function<bool()> dynamic)
      : KernelMaker("contraction", KernelClass::contraction),
        dynamic_(std::move(dynamic)) {}

  Extent extent(int64_t value) {
    return dynamic_() ? new_size(value) : fixed(value);
  }
  Extent product(Extent a, Extent b) {
    int64_t value = value_of(a) * value_of(b);
    return a.constant && b.constant ? fixed(value) : new_size(value);
  }
  int64_t value_of(Extent e) const {
    return e.constant ? e.value : sizes[size_t(e.value)];
  }
  /// An i64 node with the value of an extent.
  NodeId node(Extent e) {
    return e.constant ? literal(e.value) : size(uint32_t(e.value));
  }
  NodeId add(NodeId a, NodeId b) {
    return scalar(ScalarOp::add, DType::i64, {a, b});
  }
  NodeId mul(NodeId a, NodeId b) {
    return scalar(ScalarOp::mul, DType::i64, {a, b});
  }
  NodeId cast(DType type, NodeId x) {
    return kernel.nodes[x].type == type ? x : scalar(ScalarOp::cast, type, {x});
  }
  /// A literal of any integer or real type.
  NodeId number(DType type, int value) {
    if (type == DType::f64)
      return literal(std::bit_cast<int64_t>(double(value)), type);
    return literal(is_real(type) ? real_from_float(type, float(value)) : value,
                   type);
  }
  /// The value of the first factor, of type `sum`, from its load `x`. `zero` is
  /// the number of the operand that holds the zero point.
  NodeId first_factor(NodeId x, DType sum, Prologue prologue, uint32_t zero) {
    x = cast(sum, x);
    if (prologue == Prologue::zero_point || prologue == Prologue::zero_points)
      x = scalar(ScalarOp::sub, sum, {x, cast(sum, load(zero, {}))});
    if (prologue == Prologue::relu)
      x = scalar(ScalarOp::max, sum, {x, number(sum, 0)});
    return x;
  }
  /// The value of the second factor; `zero` is the zero point's operand, which
  /// is indexed by the point of the factor's own loop.
  NodeId second_factor(NodeId y, DType sum, Prologue prologue, uint32_t zero,
                       const std::vector<NodeId> &own) {
    y = cast(sum, y);
    if (prologue == Prologue::zero_points)
      y = scalar(ScalarOp::sub, sum, {y, cast(sum, load(zero, own))});
    return y;
  }
  /// Adds the operand that the epilogue reads and returns its number (0 if it
  /// reads none). Must be called before the output is added: inputs come first.
  uint32_t finish_operand(Finish finish, size_t channel, DType out) {
    const std::vector<Extent> &loops = kernel.loops;
    if (finish == Finish::bias_relu)
      return input(out, {loops[channel]});
    if (finish == Finish::residual || finish == Finish::guarded_load)
      return input(out, loops);
    return finish == Finish::row ? input(out, {loops.back()}) : 0;
  }
  /// Adds the epilogue. `channel`: the number of the loop over the channels.
  /// `other`: the result of `finish_operand`.
  void finish_body(Finish finish, size_t channel, DType out, uint32_t other);
  /// The finished case; the maker must not be used afterwards.
  ContractionCase take() {
    double points = 2;
    for (const Extent &e : kernel.loops)
      points *= double(value_of(e));
    for (const Extent &e : kernel.reduce)
      points *= double(value_of(e));
    return {std::move(kernel), sizes, points};
  }

  std::vector<int64_t> sizes;

private:
  Extent new_size(int64_t value) {
    sizes.push_back(value);
    kernel.size_count = uint32_t(sizes.size());
    return sized(int64_t(sizes.size()) - 1);
  }
  std::function<bool()> dynamic_;
};

inline void ContractionMaker::finish_body(Finish finish, size_t channel,
                                          DType out, uint32_t other) {
  in_body();
  std::vector<NodeId> at;
  for (size_t v = 0; v < kernel.loops.size(); ++v)
    at.push_back(param(DType::i64));
  NodeId y = cast(out, param(kernel.accumulator));
  auto plus = [&](NodeId x) { y = scalar(ScalarOp::add, out, {y, x}); };
  if (finish == Finish::bias_relu) {
    plus(load(other, {at[channel]}));
    y = scalar(ScalarOp::max, out, {y, number(out, 0)});
  } else if (finish == Finish::residual) {
    plus(load(other, at));
  } else if (finish == Finish::index) {
    plus(cast(out, at.back()));
  } else if (finish == Finish::row) {
    plus(load(other, {at.back()}));
  } else if (finish == Finish::guarded_load) {
    std::vector<NodeId> args = at;
    args.push_back(
        scalar(ScalarOp::lt, DType::boolean, {at.back(), literal(3)}));
    args.push_back(number(out, 7));
    plus(load(other, args));
  }
  yield({y});
}

/// out[batch..., M, N] = sum over K of a[batch..., M, K] * b[batch..., K, N]
struct MatmulShape {
  std::vector<int64_t> batch = {};
  int64_t rows = 1, lanes = 1, depth = 1;        ///< M, N and K.
  bool transpose_a = false, transpose_b = false; ///< a is [K, M], b is [N, K].
  /// The factor has no batch dimensions: all matrices of the batch share it.
  bool share_a = false, share_b = false;
  bool swap = false;     ///< The kernel's factors are (b, a), not (a, b).
  bool vector_b = false; ///< b is [K]; the result has no N.
  ContractionTypes types = {};
  Prologue prologue = Prologue::none;
  Finish finish = Finish::none;
};

/// `dynamic` as for ContractionMaker.
inline ContractionCase make_matmul(const MatmulShape &s,
                                   std::function<bool()> dynamic) {
  ContractionMaker k(std::move(dynamic));
  std::vector<Extent> batch;
  for (int64_t extent : s.batch)
    batch.push_back(k.extent(extent));
  Extent m = k.extent(s.rows), n = k.extent(s.lanes), d = k.extent(s.depth);
  std::vector<Extent> a_dims = s.share_a ? std::vector<Extent>() : batch;
  std::vector<Extent> b_dims = s.share_b ? std::vector<Extent>() : batch;
  auto add = [](auto &list, auto first, auto second, bool transposed) {
    list.push_back(transposed ? second : first);
    list.push_back(transposed ? first : second);
  };
  add(a_dims, m, d, s.transpose_a);
  if (s.vector_b)
    b_dims.push_back(d);
  else
    add(b_dims, d, n, s.transpose_b);
  k.kernel.loops = batch;
  k.kernel.loops.push_back(m);
  if (!s.vector_b)
    k.kernel.loops.push_back(n);
  k.kernel.reduce = {d};
  k.kernel.accumulator = s.types.sum;
  uint32_t a = k.input(s.types.a, a_dims), b = k.input(s.types.b, b_dims);
  uint32_t zero = k.input(s.types.a, {});
  std::vector<Extent> own_dims;
  if (!s.vector_b)
    own_dims.push_back(n);
  uint32_t own_zero = k.input(s.types.b, own_dims);
  size_t channel = batch.size();
  uint32_t other = k.finish_operand(s.finish, channel, s.types.out);
  k.output(s.types.out, k.kernel.loops);
  k.in_factors();
  std::vector<NodeId> at;
  for (size_t v = 0; v < batch.size(); ++v)
    at.push_back(k.param(DType::i64));
  NodeId i = k.param(DType::i64), j = s.vector_b ? 0 : k.param(DType::i64);
  NodeId p = k.param(DType::i64);
  std::vector<NodeId> a_at = s.share_a ? std::vector<NodeId>() : at;
  std::vector<NodeId> b_at = s.share_b ? std::vector<NodeId>() : at;
  add(a_at, i, p, s.transpose_a);
  if (s.vector_b)
    b_at.push_back(p);
  else
    add(b_at, p, j, s.transpose_b);
  NodeId x = k.first_factor(k.load(a, a_at), s.types.sum, s.prologue, zero);
  NodeId y = k.second_factor(k.load(b, b_at), s.types.sum, s.prologue, own_zero,
                             s.vector_b ? std::vector<NodeId>()
                                        : std::vector<NodeId>{j});
  k.yield(s.swap ? std::vector<NodeId>{y, x} : std::vector<NodeId>{x, y});
  k.finish_body(s.finish, channel, s.types.out, other);
  return k.take();
}

struct ConvolutionShape {
  int64_t images = 1, groups = 1;
  int64_t inputs = 1, outputs = 1; ///< Channels of one group.
  /// One entry for each spatial dimension; `pad` is on both sides.
  std::vector<int64_t> image, window, stride, dilation, pad;
  bool guarded = true; ///< Loads of the image have a guard even if pad is 0.
  /// A `select` with the same guard follows a guarded load.
  bool guarded_twice = false;
  /// The extents of the weights and of the groups are constants.
  bool fixed_weights = false;
  /// If not 0, the weights are in panels of so many points, in words of so many
  /// channels, or none if that is 1: there is one group, and `inputs` is a
  /// multiple of these.
  int64_t panel = 0, panel_steps = 4;
  /// The result is [n, g, p..., m], which makes the weights the N side.
  bool channels_last = false;
  ContractionTypes types = {};
  Prologue prologue = Prologue::none;
  Finish finish = Finish::none;
};

/// out[n, g, m, p...] = sum x[n, g*C + c, p*stride + k*dilation - pad...]
///                        * w[g*M + m, c, k...] over c, k...
/// with C and M the input and output channels of a group. `dynamic` as for
/// ContractionMaker.
inline ContractionCase make_convolution(const ConvolutionShape &s,
                                        std::function<bool()> dynamic) {
  ContractionMaker k(std::move(dynamic));
  auto weight_extent = [&](int64_t value) {
    return s.fixed_weights ? fixed(value) : k.extent(value);
  };
  Extent n = k.extent(s.images), g = weight_extent(s.groups);
  Extent c = weight_extent(s.inputs), m = weight_extent(s.outputs);
  std::vector<Extent> loops{n, g}, reduce;
  int64_t steps = s.panel_steps;
  bool in_words = s.panel != 0 && steps > 1;
  if (!in_words)
    reduce.push_back(c);
  if (!s.channels_last)
    loops.push_back(m);
  size_t points_at = loops.size();
  std::vector<Extent> x_dims{n, k.product(g, c)}, w_dims{k.product(g, m), c};
  if (s.panel != 0)
    w_dims = {k.extent((s.outputs + s.panel - 1) / s.panel)};
  if (s.panel != 0 && !in_words)
    w_dims.push_back(c);
  for (size_t d = 0; d < s.image.size(); ++d) {
    Extent image = k.extent(s.image[d]), window = weight_extent(s.window[d]);
    int64_t room =
        s.image[d] + 2 * s.pad[d] - (s.dilation[d] * (s.window[d] - 1) + 1);
    int64_t points = room < 0 ? 0 : room / s.stride[d] + 1;
    loops.push_back(
        points == s.image[d] && s.stride[d] == 1 ? image : k.extent(points));
    reduce.push_back(window);
    x_dims.push_back(image);
    w_dims.push_back(window);
  }
  if (in_words) {
    reduce.insert(reduce.end(), {k.extent(s.inputs / steps), fixed(steps)});
    w_dims.insert(w_dims.end(),
                  {reduce[reduce.size() - 2], fixed(s.panel), fixed(steps)});
  } else if (s.panel != 0) {
    w_dims.push_back(fixed(s.panel));
  }
  if (s.channels_last)
    loops.push_back(m);
  size_t channel = s.channels_last ? loops.size() - 1 : 2;
  k.kernel.loops = loops;
  k.kernel.reduce = reduce;
  k.kernel.accumulator = s.types.sum;
  uint32_t x = k.input(s.types.a, x_dims), w = k.input(s.types.b, w_dims);
  uint32_t zero = k.input(s.types.a, {});
  uint32_t own_zero = k.input(s.types.b, {m});
  uint32_t other = k.finish_operand(s.finish, channel, s.types.out);
  k.output(s.types.out, loops);
  k.in_factors();
  std::vector<NodeId> at, over;
  for (size_t v = 0; v < loops.size(); ++v)
    at.push_back(k.param(DType::i64));
  for (size_t v = 0; v < reduce.size(); ++v)
    over.push_back(k.param(DType::i64));
  NodeId in = over[0], word = no_node;
  size_t taps_at = 1;
  std::vector<NodeId> w_at;
  if (!in_words) {
    w_at = {k.add(k.mul(at[1], k.node(m)), at[channel]), in};
  } else {
    taps_at = 0;
    word = over[over.size() - 2];
    in = k.add(k.mul(word, k.literal(steps)), over.back());
    w_at = {no_node};
  }
  if (s.panel != 0)
    w_at[0] =
        k.scalar(ScalarOp::div, DType::i64, {at[channel], k.literal(s.panel)});
  std::vector<NodeId> x_at{at[0], k.add(k.mul(at[1], k.node(c)), in)};
  NodeId inside = k.literal(1, DType::boolean);
  auto require = [&](ScalarOp op, NodeId low, NodeId high) {
    NodeId holds = k.scalar(op, DType::boolean, {low, high});
    inside = k.scalar(ScalarOp::bit_and, DType::boolean, {inside, holds});
  };
  bool padded = s.guarded;
  for (size_t d = 0; d < s.image.size(); ++d) {
    NodeId index = k.add(k.mul(at[points_at + d], k.literal(s.stride[d])),
                         k.mul(over[taps_at + d], k.literal(s.dilation[d])));
    index = k.scalar(ScalarOp::sub, DType::i64, {index, k.literal(s.pad[d])});
    x_at.push_back(index);
    w_at.push_back(over[taps_at + d]);
    require(ScalarOp::le, k.literal(0), index);
    require(ScalarOp::lt, index, k.node(x_dims[2 + d]));
    padded |= s.pad[d] != 0;
  }
  if (s.panel != 0) {
    NodeId lane =
        k.scalar(ScalarOp::mod, DType::i64, {at[channel], k.literal(s.panel)});
    if (in_words)
      w_at.insert(w_at.end(), {word, lane, over.back()});
    else
      w_at.push_back(lane);
  }
  if (padded) {
    x_at.push_back(inside);
    bool shifted = s.prologue == Prologue::zero_point ||
                   s.prologue == Prologue::zero_points;
    x_at.push_back(shifted ? k.load(zero, {}) : k.number(s.types.a, 0));
  }
  NodeId loaded = k.load(x, x_at);
  if (padded && s.guarded_twice)
    loaded =
        k.scalar(ScalarOp::select, s.types.a, {inside, loaded, x_at.back()});
  NodeId value = k.first_factor(loaded, s.types.sum, s.prologue, zero);
  k.yield({value, k.second_factor(k.load(w, w_at), s.types.sum, s.prologue,
                                  own_zero, {at[channel]})});
  k.finish_body(s.finish, channel, s.types.out, other);
  return k.take();
}

} // namespace landfall::kernels
