//===- non_zero.cpp - Where a tensor is not zero ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {
namespace {

Scalar is_set(Tensor x, std::span<const Scalar> at) {
  return x.at(at) != x.builder().literal(x.dtype(), 0);
}

// Y[d, j] = index d of the j-th non-zero element of X, in row-major order
void non_zero(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "X");
  Tensor total = b.map({}, DType::i64, [&](std::span<const Scalar>) {
    return sum(b, x.shape(), DType::i64, [&](std::span<const Scalar> at) {
      return cast(is_set(x, at), DType::i64);
    });
  });
  Size count = b.read(total, 0, {0, x.element_count().range().high});
  LoopsResult result{DType::i64, {x.rank(), count}, {}};
  auto body = [&](std::span<const Scalar>, std::span<const Buffer> results) {
    b.fold(x.shape(), {b.index(0)},
           [&](std::span<const Scalar> at, std::span<const Scalar> next) {
             return b.branch(
                 is_set(x, at),
                 [&] {
                   for (int d = 0; d < x.rank(); ++d)
                     results[0].store({b.index(d), next[0]}, at[d]);
                   return Scalars{next[0] + 1};
                 },
                 [&] { return Scalars{next[0]}; });
           });
  };
  node.output(b.loops({}, {&result, 1}, body)[0]);
}

} // namespace

LANDFALL_ONNX(non_zero, {"NonZero", 9, non_zero})

} // namespace landfall::frontend
