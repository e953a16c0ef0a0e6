//===- window_sum_for_test.h - Depthwise convolutions and pools -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// For tests only. Builds maps that sum windows, as the frontend and the passes
// build them from depthwise convolutions and pools.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel_for_test.h"

namespace landfall::analysis {

/// One axis of a window: result o and tap k read o * stride + k * dilation -
/// pad
struct WindowAxisShape {
  int64_t input = 1, taps = 1, stride = 1, dilation = 1, pad = 0;
  int64_t output() const {
    int64_t room = input + 2 * pad - (taps - 1) * std::abs(dilation) - 1;
    return room < 0 ? 0 : room / stride + 1;
  }
};

struct WindowSumShape {
  int64_t batch = 1, channels = 1;
  std::vector<WindowAxisShape> axes;
  bool data_channels_last = false, result_channels_last = false,
       weight_channels_last = false;
  bool relu = false;     ///< Of the data, before the product.
  bool residual = false; ///< The result adds an operand of its own shape.
  bool bias = false;     ///< The result adds an operand of one value a channel.
  DType data = DType::f32, weight = DType::f32, sum = DType::f32;
  /// The factor is less an operand of its type: one value, which also stands
  /// outside of the image; one value a channel.
  bool data_zero = false, weight_zero = false;
  /// Without weights: `join` joins what is read, and outside of the image is
  /// the least number, or 0 if that is added.
  bool weights = true;
  ScalarOp join = ScalarOp::add;
  bool by_place = false; ///< The result is multiplied by row + column + 1.
};

struct WindowSumCase {
  Kernel kernel;
  std::vector<int64_t> sizes;
};

/// Extents longer than 16 are size parameters; all are if `free_sizes`.
class WindowSumMaker : public KernelMaker {
public:
  WindowSumMaker(const WindowSumShape &shape, bool free_sizes)
      : KernelMaker("window_sum", KernelClass::map), s_(shape),
        free_sizes_(free_sizes) {}

  WindowSumCase make() {
    std::vector<Extent> results, inputs;
    for (const WindowAxisShape &axis : s_.axes) {
      results.push_back(extent(axis.output()));
      inputs.push_back(extent(axis.input));
      taps_.push_back(extent(axis.taps));
    }
    Extent batch = extent(s_.batch), channels = extent(s_.channels);
    inputs_ = inputs;
    kernel.loops = order(batch, channels, results, s_.result_channels_last);
    uint32_t x =
        input(s_.data, order(batch, channels, inputs, s_.data_channels_last));
    std::vector<Extent> weights = taps_;
    weights.insert(s_.weight_channels_last ? weights.end() : weights.begin(),
                   channels);
    uint32_t w = s_.weights ? input(s_.weight, weights) : 0;
    if (s_.data_zero)
      data_zero_ = input(s_.data, {});
    if (s_.weight_zero)
      weight_zero_ = input(s_.weight, {channels});
    uint32_t bias = s_.bias ? input(s_.sum, {channels}) : 0;
    uint32_t residual = s_.residual ? input(s_.sum, kernel.loops) : 0;
    output(s_.sum, kernel.loops);
    fill(x, w, bias, residual);
    return {std::move(kernel), sizes_};
  }

private:
  template <class T>
  std::vector<T> order(T batch, T channels, std::vector<T> space, bool last) {
    space.insert(last ? space.end() : space.begin(), channels);
    space.insert(space.begin(), batch);
    return space;
  }
  Extent extent(int64_t value) {
    if (!free_sizes_ && value <= 16)
      return fixed(value);
    sizes_.push_back(value);
    kernel.size_count = uint32_t(sizes_.size());
    return sized(int64_t(sizes_.size()) - 1);
  }
  NodeId node(Extent e) {
    return e.constant ? literal(e.value) : size(uint32_t(e.value));
  }
  NodeId number(NodeId a, ScalarOp op, NodeId b) {
    return scalar(op, DType::i64, {a, b});
  }
  NodeId real(ScalarOp op, NodeId a, NodeId b) {
    return scalar(op, s_.sum, {a, b});
  }
  NodeId as_sum(NodeId value) {
    return kernel.nodes[value].type == s_.sum
               ? value
               : scalar(ScalarOp::cast, s_.sum, {value});
  }

  void fill(uint32_t x, uint32_t w, uint32_t bias, uint32_t residual) {
    std::vector<NodeId> point;
    for (size_t v = 0; v < kernel.loops.size(); ++v)
      point.push_back(param(DType::i64));
    batch_ = point[0];
    channel_ = s_.result_channels_last ? point.back() : point[1];
    space_.assign(point.begin() + (s_.result_channels_last ? 1 : 2),
                  point.end() - (s_.result_channels_last ? 1 : 0));
    NodeId begin = literal(outside(s_.sum), s_.sum);
    NodeId total = fold(0, begin, x, w);
    if (s_.by_place) {
      NodeId place = number(space_.front(), ScalarOp::add, space_.back());
      total = real(ScalarOp::mul, total,
                   as_sum(number(place, ScalarOp::add, literal(1))));
    }
    if (s_.bias)
      total = real(ScalarOp::add, total, load(bias, {channel_}));
    if (s_.residual)
      total = real(ScalarOp::add, total, load(residual, point));
    yield({total});
  }

  NodeId fold(size_t level, NodeId carried, uint32_t x, uint32_t w) {
    if (level == s_.axes.size())
      return real(s_.join, carried,
                  s_.weights ? real(ScalarOp::mul, data(x), weight(w))
                             : data(x));
    NodeId low = literal(0), high = node(taps_[level]);
    NodeId loop = nest(NodeKind::loop, {low, high, carried}, {[&] {
                         tap_.push_back(param(DType::i64));
                         NodeId inner = param(s_.sum);
                         yield({fold(level + 1, inner, x, w)});
                       }});
    return result(loop, 0, s_.sum);
  }

  NodeId data(uint32_t x) {
    std::vector<NodeId> position;
    NodeId inside = no_node;
    auto require = [&](ScalarOp op, NodeId a, NodeId b) {
      NodeId holds = scalar(op, DType::boolean, {a, b});
      inside = inside == no_node
                   ? holds
                   : scalar(ScalarOp::bit_and, DType::boolean, {inside, holds});
    };
    for (size_t k = 0; k < s_.axes.size(); ++k) {
      const WindowAxisShape &axis = s_.axes[k];
      int64_t back = axis.dilation < 0 ? (1 - axis.taps) * axis.dilation : 0;
      NodeId at = number(
          number(space_[k], ScalarOp::mul, literal(axis.stride)), ScalarOp::add,
          number(tap_[k], ScalarOp::mul, literal(axis.dilation)));
      at = number(at, ScalarOp::add, literal(back - axis.pad));
      position.push_back(at);
      if (axis.pad == 0)
        continue;
      require(ScalarOp::le, literal(0), at);
      require(ScalarOp::lt, at, node(inputs_[k]));
    }
    std::vector<NodeId> args =
        order(batch_, channel_, position, s_.data_channels_last);
    NodeId padding = s_.data_zero ? load(data_zero_, {})
                                  : literal(outside(s_.data), s_.data);
    if (inside != no_node)
      args.insert(args.end(), {inside, padding});
    NodeId value = as_sum(load(x, args));
    if (s_.data_zero)
      value = real(ScalarOp::sub, value, as_sum(padding));
    return s_.relu ? real(ScalarOp::max, value, literal(0, s_.sum)) : value;
  }

  /// The bits of what is outside of the image.
  int64_t outside(DType type) const {
    if (s_.join == ScalarOp::add)
      return 0;
    switch (type) {
    case DType::u8:
      return 0;
    case DType::f16:
      return 0xfc00;
    case DType::f32:
      return 0xff800000;
    case DType::f64:
      return int64_t(0xfff0000000000000);
    case DType::i32:
      return INT32_MIN;
    default:
      return INT64_MIN;
    }
  }

  NodeId weight(uint32_t w) {
    std::vector<NodeId> args = tap_;
    args.insert(s_.weight_channels_last ? args.end() : args.begin(), channel_);
    NodeId value = as_sum(load(w, args));
    return s_.weight_zero ? real(ScalarOp::sub, value,
                                 as_sum(load(weight_zero_, {channel_})))
                          : value;
  }

  WindowSumShape s_;
  bool free_sizes_;
  std::vector<int64_t> sizes_;
  std::vector<Extent> taps_, inputs_;
  uint32_t data_zero_ = 0, weight_zero_ = 0;
  NodeId batch_ = no_node, channel_ = no_node;
  std::vector<NodeId> space_, tap_;
};

inline WindowSumCase make_window_sum(const WindowSumShape &shape,
                                     bool free_sizes = true) {
  return WindowSumMaker(shape, free_sizes).make();
}

} // namespace landfall::analysis
