//===- compress.cpp - Slices picked by a condition --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/operator.h"
#include "frontend/onnx/support/index_lists.h"

namespace landfall::frontend {
namespace {

/// The positions at which the condition holds.
Tensor chosen_positions(Builder &b, Tensor condition) {
  Tensor total = b.map({}, DType::i64, [&](std::span<const Scalar>) {
    return sum(b, condition.shape(), DType::i64,
               [&](std::span<const Scalar> at) {
                 return cast(condition.at(at), DType::i64);
               });
  });
  Size count = b.read(total, 0, {0, condition.dim(0).range().high});
  LoopsResult result{DType::i64, {count}, {}};
  auto body = [&](std::span<const Scalar>, std::span<const Buffer> results) {
    b.fold(condition.shape(), {b.index(0)},
           [&](std::span<const Scalar> at, std::span<const Scalar> next) {
             return b.branch(
                 condition.at(at),
                 [&] {
                   results[0].store({next[0]}, at[0]);
                   return Scalars{next[0] + 1};
                 },
                 [&] { return Scalars{next[0]}; });
           });
  };
  return b.loops({}, {&result, 1}, body)[0];
}

// output = the slices of input along axis (elements of the flattened input
// without one) whose condition holds; a short condition is false at its end.
void compress(Node &node) {
  Builder &b = node.b();
  Tensor input = node.input(0, "input");
  Tensor condition = node.input(1, "condition");
  node.expect(condition.rank() == 1, "'condition' must have rank 1");
  if (!node.has_attr("axis"))
    input = b.reshape(input, {input.element_count()});
  int axis = node.axis(node.int_attr("axis", 0), input.rank());
  b.require(1 - less(input.dim(axis), condition.dim(0)),
            "Compress has a condition longer than its input");
  Tensor positions = chosen_positions(b, condition);
  node.output(b.map(replaced(input.shape(), axis, positions.dim(0)),
                    input.dtype(), [&](std::span<const Scalar> at) {
                      return input.at(
                          replaced(at, axis, positions.at({at[axis]})));
                    }));
}

} // namespace

LANDFALL_ONNX(compress, {"Compress", 9, compress})

} // namespace landfall::frontend
