//===- axis_list.cpp - Axes that may be run-time values ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/axis_list.h"

#include <algorithm>

namespace landfall::frontend {

namespace {

/// `axis`, which must be in [-rank, rank), counted from the front.
Size from_front(const Node &node, Size axis, int rank) {
  if (auto value = axis.constant())
    return node.axis(*value, rank);
  std::string text = node.type() +
                     " met an axis outside [-R, R - 1] for the rank R = " +
                     std::to_string(rank);
  node.b().require(1 - less(axis, -rank), text);
  node.b().require(less(axis, rank), text);
  return mod(axis, rank > 0 ? rank : 1);
}

} // namespace

AxisList::AxisList(const Node &node, std::span<const Size> axes, int rank,
                   Repeated repeated)
    : repeated_(repeated), rank_(rank) {
  node.expect(axes.size() <= size_t(rank),
              "there are " + std::to_string(axes.size()) +
                  " axes for a tensor of rank " + std::to_string(rank));
  for (Size axis : axes) {
    Size here = from_front(node, axis, rank);
    if (repeated == Repeated::refused)
      for (Size earlier : axes_)
        node.b().require(1 - equal(earlier, here),
                         node.type() +
                             " has 'axes' that name a dimension twice");
    axes_.push_back(here);
  }
}

AxisList::AxisList(int count, int rank) : rank_(rank) {
  for (int axis = 0; axis < count; ++axis)
    axes_.push_back(axis);
}

Size AxisList::names(int dim) const {
  Size found = 0;
  for (Size axis : axes_)
    found = found + equal(axis, dim);
  if (repeated_ == Repeated::taken && axes_.size() > 1)
    return less(0, found);
  return found;
}

Size AxisList::value_at(int dim, std::span<const Size> values,
                        Size otherwise) const {
  Size result = otherwise;
  for (size_t j = 0; j < axes_.size(); ++j) {
    Size here = equal(axes_[j], dim);
    if (here == Size(1))
      result = values[j];
    else if (here != Size(0))
      result = result + here * (values[j] - otherwise);
  }
  return result;
}

std::optional<std::vector<int>> AxisList::known() const {
  std::vector<int> dims;
  for (Size axis : axes_) {
    auto value = axis.constant();
    if (!value)
      return std::nullopt;
    dims.push_back(static_cast<int>(*value));
  }
  return dims;
}

std::vector<Size> without_repeated(std::span<const Size> axes, int rank) {
  std::vector<Size> kept;
  for (Size axis : axes) {
    Size other = axis + rank;
    if (auto value = axis.constant(); value && *value >= 0)
      other = axis - rank;
    if (std::ranges::find(kept, axis) == kept.end() &&
        std::ranges::find(kept, other) == kept.end())
      kept.push_back(axis);
  }
  return kept;
}

std::vector<Size> sizes_operand(const Node &node, int position,
                                std::string_view name, int count) {
  return read_list(node, node.input(position, name, 0, 1), name, count);
}

std::vector<Size> read_list(const Node &node, Tensor x, std::string_view name,
                            int count) {
  auto known = x.element_count().constant();
  node.expect(!known || *known == count, "'" + std::string(name) + "' has " +
                                             std::to_string(known.value_or(0)) +
                                             " elements; expected " +
                                             std::to_string(count));
  return node.b().read_all(known ? x : node.b().reshape(x, {count}));
}

std::vector<Size> to_sizes(std::span<const int64_t> values) {
  return {values.begin(), values.end()};
}

std::optional<std::vector<Size>> axes_of(const Node &node, int position,
                                         int operand_since, int most) {
  // What is made of axes grows with the square of their number.
  auto check_count = [&](int64_t count) {
    node.expect(count <= int64_t(ir::most_dimensions),
                "'axes' has " + std::to_string(count) +
                    " elements, but a tensor has at most " +
                    std::to_string(ir::most_dimensions) + " dimensions");
  };
  if (operand_since >= 0 && node.version() >= operand_since) {
    if (!node.has_input(position))
      return std::nullopt;
    Size count = node.input(position, "axes", 0, 1).element_count();
    check_count(count.constant().value_or(0));
    return node.input_sizes(position, "axes", most);
  }
  if (!node.has_attr("axes"))
    return std::nullopt;
  std::vector<int64_t> axes = node.ints_attr("axes");
  check_count(int64_t(axes.size()));
  return to_sizes(axes);
}

} // namespace landfall::frontend
