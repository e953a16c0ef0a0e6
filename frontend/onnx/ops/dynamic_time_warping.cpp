//===- dynamic_time_warping.cpp - The cheapest path through a ma-*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {
namespace {

/// From where the cheapest path comes to a point: 0 diagonally, 1 from the row
/// before, 2 from the column before. Ties go to the last.
Scalar step_to(Scalar diagonal, Scalar above, Scalar left) {
  Builder &b = left.builder();
  Scalar by_row = logical_and(above < diagonal, above < left);
  Scalar by_both = logical_and(diagonal < above, diagonal < left);
  return select(by_both, b.index(0), select(by_row, b.index(1), b.index(2)));
}

/// Fills cost [M + 1, N + 1], in which row and column 0 stand before the
/// matrix, and the steps that lead to each point.
void fill(Builder &b, Tensor x, const Buffer &cost, const Buffer &steps) {
  b.fold({x.dim(0) + 1, x.dim(1) + 1}, {},
         [&](std::span<const Scalar> p, std::span<const Scalar>) {
           Scalar outside = logical_or(p[0] == 0, p[1] == 0);
           b.branch(
               outside,
               [&] {
                 Scalar start = logical_and(p[0] == 0, p[1] == 0);
                 cost.store(p, select(start, b.literal(DType::f32, 0),
                                      highest(b, DType::f32)));
                 return Scalars();
               },
               [&] {
                 Scalar row = p[0] - 1, column = p[1] - 1;
                 Scalar diagonal = cost.at({row, column}),
                        above = cost.at({row, p[1]}),
                        left = cost.at({p[0], column});
                 Scalar step = step_to(diagonal, above, left);
                 Scalar before = select(step == 0, diagonal,
                                        select(step == 1, above, left));
                 cost.store(p, before + x.at({row, column}));
                 steps.store({row, column}, step);
                 return Scalars();
               });
           return Scalars();
         });
}

/// Leaves the path's points, the last first, in `path` and their number.
void trace(Builder &b, Tensor x, const Buffer &steps, const Buffer &path,
           const Buffer &count) {
  Scalars end = b.fold_while(
      {b.scalar(x.dim(0)) - 1, b.scalar(x.dim(1)) - 1, b.index(0)},
      [&](std::span<const Scalar> at) {
        Scalar go = logical_and(at[0] >= 0, at[1] >= 0);
        Scalars next = b.branch(
            go,
            [&] {
              path.store({b.index(0), at[2]}, cast(at[0], DType::i32));
              path.store({b.index(1), at[2]}, cast(at[1], DType::i32));
              Scalar step = steps.at({at[0], at[1]});
              return Scalars{select(step == 2, at[0], at[0] - 1),
                             select(step == 1, at[1], at[1] - 1), at[2] + 1};
            },
            [&] { return Scalars{at[0], at[1], at[2]}; });
        return std::pair(go, next);
      });
  count.store({}, end[2]);
}

// output [2, x] = the points (row, column) of the path from input[0, 0] to
// input[M - 1, N - 1], by steps to the next row, the next column or both, along
// which the sum of input is least
void dynamic_time_warping(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "input", 2, 3);
  if (x.rank() == 3) {
    require_equal(b, x.dim(0), 1, "input needs one matrix");
    x = b.reshape(x, {x.dim(1), x.dim(2)});
  }
  LoopsResult results[] = {{DType::f32, {x.dim(0) + 1, x.dim(1) + 1}, {}},
                           {DType::i64, x.shape(), {}},
                           {DType::i32, {2, x.dim(0) + x.dim(1)}, {}},
                           {DType::i64, {}, {}}};
  Tensors found = b.loops(
      {}, results, [&](std::span<const Scalar>, std::span<const Buffer> out) {
        fill(b, x, out[0], out[1]);
        trace(b, x, out[1], out[2], out[3]);
      });
  Size count = b.read(found[3], 0, {0, (x.dim(0) + x.dim(1)).range().high});
  b.require(less(count, x.dim(0) + x.dim(1) + 1), "the path is too long");
  node.output(b.map({2, count}, DType::i32, [&](std::span<const Scalar> p) {
    return found[2].at({p[0], b.scalar(count) - 1.0 - p[1]});
  }));
}

} // namespace

LANDFALL_ONNX(dynamic_time_warping,
              {"DynamicTimeWarping", 1, dynamic_time_warping, "com.microsoft"})

} // namespace landfall::frontend
