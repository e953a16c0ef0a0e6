//===- reduce.cpp - Folds some dimensions of a tensor away ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/reduce.h"

#include "frontend/onnx/support/axis_list.h"
#include "frontend/onnx/support/loose_flags.h"

namespace landfall::frontend {
namespace {

/// Definitions before opset 11 do not say that an axis must exist, and files
/// have axes of single numbers; those name nothing.
bool has_no_axes(const Node &node, Tensor data) {
  return data.rank() == 0 && node.version() < 11;
}

/// Axes may name a dimension again, but the rank of what is left must not
/// depend on whether they do.
AxisList reduced_axes(const Node &node, int operand_since, Tensor data,
                      bool keep) {
  auto given = axes_of(node, 1, operand_since, data.rank());
  if (given && !given->empty() && !has_no_axes(node, data))
    return AxisList(node, without_repeated(*given, data.rank()), data.rank(),
                    keep ? AxisList::Repeated::taken
                         : AxisList::Repeated::refused);
  bool keep_all = flag_if_one(node, "noop_with_empty_axes", false);
  return AxisList(keep_all ? 0 : data.rank(), data.rank());
}

/// What of `shape` the axes do not name, in order. With run-time axes, result
/// dimension k is the one dimension with k unnamed ones before it.
Shape without(const AxisList &axes, const Shape &shape) {
  Shape result(shape.size() - axes.count(), 0);
  Size position = 0;
  for (size_t d = 0; d < shape.size(); ++d) {
    Size kept = 1 - axes.names(d);
    for (size_t k = 0; k < result.size(); ++k)
      result[k] = result[k] + kept * equal(position, k) * shape[d];
    position = position + kept;
  }
  return result;
}

DType row_type(DType type, bool real) {
  if (type == DType::boolean)
    return DType::u8;
  return real ? real_compute_type(type) : compute_type(type);
}

Scalar from_row_type(Scalar value, DType type) {
  return type == DType::boolean ? value != 0 : convert(value, type);
}

/// The index into data (0 where it runs) from the index without those.
Scalars kept_index(Builder &b, const Rows &rows,
                   std::span<const Scalar> index) {
  Scalars result;
  size_t next = 0;
  for (Size running : rows.running)
    result.push_back(running == Size(1) ? b.index(0) : index[next++]);
  return result;
}

} // namespace

void reduce_operator(Node &node, int operand_since, bool real,
                     const std::function<Scalar(const Row &)> &formula) {
  reduce_operator(node, node.input(0, "data"), operand_since, real, formula);
}

void reduce_operator(Node &node, Tensor data, int operand_since, bool real,
                     const std::function<Scalar(const Row &)> &formula) {
  DType type = data.dtype();
  bool keep = flag_if_one(node, "keepdims", true);
  AxisList axes = reduced_axes(node, operand_since, data, keep);
  Rows rows{data, {}, row_type(type, real)};
  for (int d = 0; d < data.rank(); ++d)
    rows.running.push_back(axes.names(d));

  Builder &b = node.b();
  Shape kept = rows.kept();
  Shape short_shape = keep ? Shape{} : without(axes, data.shape());
  if (!keep && axes.known()) {
    node.output(b.map(short_shape, type, [&](std::span<const Scalar> i) {
      return from_row_type(formula(rows.at(kept_index(b, rows, i))), type);
    }));
    return;
  }
  Tensor reduced = b.map(kept, type, [&](std::span<const Scalar> i) {
    return from_row_type(formula(rows.at(i)), type);
  });
  node.output(keep ? reduced : b.reshape(reduced, short_shape));
}

void arg_operator(Node &node, bool largest) {
  Tensor data = node.input(0, "data");
  if (has_no_axes(node, data))
    return node.output(node.b().from_size(0));
  int axis = node.axis(node.int_attr("axis", 0), data.rank());
  bool keep = flag_if_one(node, "keepdims", true);
  bool last = flag_unless_zero(node, "select_last_index", false);
  Builder &b = node.b();
  b.require(less(0, data.dim(axis)),
            node.type() + " has an empty axis, in which nothing is extreme");
  Rows rows = Rows::along(data, std::array{axis});
  Shape shape = rows.kept();
  if (!keep)
    shape.erase(shape.begin() + axis);
  node.output(b.map(shape, DType::i64, [&](std::span<const Scalar> i) {
    Scalars index(i.begin(), i.end());
    if (!keep)
      index.insert(index.begin() + axis, b.index(0));
    return rows.at(index).extreme_position(largest, last);
  }));
}

} // namespace landfall::frontend
