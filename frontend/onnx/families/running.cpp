//===- running.cpp - Running totals along an axis ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/running.h"

#include "frontend/onnx/support/axis_list.h"
#include "frontend/onnx/support/compute_type.h"
#include "frontend/onnx/support/one_element.h"

namespace landfall::frontend {

void running_operator(Node &node, double start,
                      const std::function<Scalar(Scalar, Scalar)> &step) {
  Tensor x = node.input(0, "x");
  AxisList axis(node, std::array{one_size(node, 1, "axis")}, x.rank());
  bool exclusive = node.flag_attr("exclusive", false);
  bool reverse = node.flag_attr("reverse", false);

  Builder &b = node.b();
  Shape lines, line; // What numbers the lines, and what runs inside one.
  for (int d = 0; d < x.rank(); ++d) {
    lines.push_back(select(axis.names(d), 1, x.dim(d)));
    line.push_back(select(axis.names(d), x.dim(d), 1));
  }
  auto body = [&](std::span<const Scalar> outer,
                  std::span<const Buffer> results) {
    auto visit = [&](std::span<const Scalar> inner,
                     std::span<const Scalar> carried) -> Scalars {
      Scalars index;
      for (int d = 0; d < x.rank(); ++d) {
        Scalar i = inner[d];
        if (reverse)
          i = b.scalar(line[d]) - 1 - i;
        index.push_back(line[d] == Size(1) ? outer[d] : outer[d] + i);
      }
      Scalar total = step(carried[0], widen(x.at(index)));
      Scalar value = exclusive ? carried[0] : total;
      results[0].store(index, convert(value, x.dtype()));
      return {total};
    };
    b.fold(line, {b.literal(compute_type(x.dtype()), start)}, visit);
  };
  node.output(b.loops(lines, std::array{LoopsResult{x.dtype(), x.shape(), {}}},
                      body)[0]);
}

} // namespace landfall::frontend
