//===- replay.h - States in parts of flat tensors ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/axis_list.h"
#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {

/// The operands of a replay of captured steps: three flat tensors of one type,
/// and numbers that say where the views in them begin.
struct Replay {
  Node &node;
  Tensor source, captured, destination;
  std::vector<Size> numbers;

  Replay(Node &given, std::string_view captured_name, int count)
      : node(given), source(node.input(0, "source_backing", 1)),
        captured(node.input(1, captured_name, 1)),
        destination(node.input(2, "destination_backing", 1)),
        numbers(sizes_operand(node, 3, "metadata", count)) {}

  /// Entry `position` of the metadata, in this range.
  Size number(int position, int64_t least, int64_t most) const {
    Size value = numbers[position];
    std::string range = "entry " + std::to_string(position) +
                        " of metadata must be from " + std::to_string(least) +
                        " to " + std::to_string(most);
    node.b().require(1 - less(value, least), range);
    node.b().require(1 - less(most, value), range);
    return value;
  }
  /// The first element of a view of `count` elements of `whole`, which begins
  /// at `offset` in units of which an element has `unit`.
  Size view(Tensor whole, Size offset, Size unit, Size count) const {
    Builder &b = node.b();
    Size start = floordiv(offset, unit);
    require_equal(b, start * unit, offset, "an offset is not aligned");
    b.require(1 - less(whole.dim(0), start + count),
              "a view leaves its backing tensor");
    return start;
  }
  /// The destination with element(i) in the view from `start` on.
  void output(Size start, Size count,
              const std::function<Scalar(Scalar i)> &element) const {
    Builder &b = node.b();
    node.output(b.map(destination.shape(), destination.dtype(), [&](auto p) {
      Scalar i = p[0] - b.scalar(start);
      Scalar inside = logical_and(i >= 0, i < b.scalar(count));
      return b.branch(
          inside, [&] { return Scalars{element(i)}; },
          [&] { return Scalars{destination.at(p)}; })[0];
    }));
  }
};

} // namespace landfall::frontend
