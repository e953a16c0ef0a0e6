//===- byte_networks_for_test.h - Graphs of convolutions of bytes -*- C++ -*-=//
//
// Part of Landfall, under the Apache License v2.0.
//
// For tests only.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/passes/channels_innermost.h"
#include "compiler/passes/pass_for_test.h"

namespace landfall::compiler::byte_networks {

using ir::Builder;
using ir::Contraction;
using ir::Scalar;
using ir::Scalars;
using ir::Tensor;

inline constexpr int64_t channels = 6, filters = 5;

/// Small bytes that differ from each other.
inline Tensor weights(Builder &b, std::vector<int64_t> dims) {
  int64_t count = 1;
  for (int64_t extent : dims)
    count *= extent;
  std::vector<uint8_t> bytes;
  for (int64_t k = 0; k < count; ++k)
    bytes.push_back(uint8_t(k * 5 % 17 - 8));
  return b.constant(
      {DType::i8, std::move(dims), share_bytes(std::move(bytes))});
}

/// Bytes [1, channels, rows, columns].
inline Tensor image(Builder &b, Tensor x) {
  return b.map({1, channels, x.dim(0), x.dim(1)}, DType::u8, [&](auto i) {
    return cast(x.at({i[2], i[3]}) + cast(i[1] * b.index(3), DType::f32) +
                    cast(b.index(9), DType::f32),
                DType::u8);
  });
}

inline Scalar wide(Scalar x) { return cast(x, DType::i32); }

/// A convolution by 1 x `taps` without padding, [1, filters, rows, columns].
inline Tensor convolution(Tensor x, int64_t of = channels, int64_t to = filters,
                          int64_t taps = 1, DType type = DType::u8) {
  Builder &b = x.builder();
  Tensor w = weights(b, {to, of, taps});
  Contraction c;
  c.shape = {x.dim(0), to, x.dim(2), x.dim(3) + 1 - taps};
  c.reduce = {of, taps};
  c.accumulator = DType::i32;
  c.factors = [=](auto i, auto k) {
    return std::pair(wide(x.at({i[0], k[0], i[2], i[3] + k[1]})),
                     wide(w.at({i[1], k[0], k[1]})));
  };
  c.epilogue = [=](auto, Scalar sum) { return cast(sum, type); };
  return b.contract(c);
}

/// Each channel by 1 x 3 weights of its own.
inline Tensor depthwise(Tensor x, int64_t of) {
  Builder &b = x.builder();
  Tensor w = weights(b, {of, 3});
  return b.map({1, of, x.dim(2), x.dim(3) - 2}, DType::u8, [&](auto i) {
    Scalars sum =
        b.fold({3}, {wide(b.index(0))}, [&](auto k, auto s) -> Scalars {
          return {s[0] + wide(x.at({i[0], i[1], i[2], i[3] + k[0]})) *
                             wide(w.at({i[1], k[0]}))};
        });
    return cast(sum[0], DType::u8);
  });
}

inline Tensor sum(Tensor x, Tensor y) {
  Builder &b = x.builder();
  return b.map(x.shape(), DType::u8, [&](auto i) { return x.at(i) + y.at(i); });
}

inline void output(Builder &b, Tensor x) {
  b.output("y", b.map(x.shape(), DType::f32,
                      [&](auto i) { return cast(x.at(i), DType::f32); }));
}

inline Outcome moved(const BuildGraph &build) {
  Pass pass(std::function(
      [](ir::Module::Impl &module) { channels_innermost(module, 4); }));
  Outcome after = outcome(build, pass, 3, 7);
  EXPECT_EQ(after.values, outcome(build, nullptr, 3, 7).values);
  EXPECT_FALSE(after.values.empty());
  return after;
}

} // namespace landfall::compiler::byte_networks
