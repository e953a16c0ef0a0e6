//===- slice.cpp - Baked bounds of Slice ----------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/operands.h"
#include "frontend/onnx/reopen/rules.h"

#include <limits>

namespace landfall::frontend {

namespace {

/// One bound of a slice along an axis of this extent.
class Bound {
public:
  Bound(const Extents &extents, Size extent, int64_t value)
      : extents_(extents), extent_(extent), value_(value),
        whole_(extents.exported(extent).value_or(-1)) {}

  std::vector<Size> starts() {
    if (value_ > 0)
      add_inner();
    else
      readings_.push_back(value_);
    return std::move(readings_);
  }

  std::vector<Size> ends() {
    if (value_ == whole_) {
      readings_.push_back(extent_);
      for (Size size : extents_.with_value(value_, extent_))
        readings_.push_back(size);
      if (value_ == 1)
        readings_.push_back(1);
    } else if (value_ > 0 && value_ < whole_) {
      add_inner();
    } else {
      readings_.push_back(value_);
    }
    return std::move(readings_);
  }

private:
  /// Inside: where a piece ends of which the extent was joined, the extent of
  /// something else, or a distance from one of the borders.
  void add_inner() {
    Size sum = 0;
    for (Size piece : extents_.pieces(extent_).value_or(Shape())) {
      sum = sum + piece;
      if (extents_.exported(sum) == value_)
        readings_.push_back(sum);
    }
    for (Size size : extents_.with_value(value_, extent_))
      readings_.push_back(size);
    if (2 * value_ > whole_)
      readings_.push_back(extent_ - Size(whole_ - value_));
    readings_.push_back(value_);
  }

  const Extents &extents_;
  Size extent_;
  int64_t value_, whole_;
  std::vector<Size> readings_;
};

/// A table that is cut may be longer than any size that is used: its end may
/// be any extent.
std::vector<Size> ends_of_table(const Extents &extents, int64_t end,
                                int64_t length) {
  std::vector<Size> readings{end};
  if (end > 1 && end < length)
    for (Size size : extents.with_value(end))
      readings.push_back(size);
  return readings;
}

/// A bound that was taken for a number, counted from either border, must not
/// look like a part of the extent.
void check_bound(Reopening &reopening, Size extent, int64_t bound,
                 const std::string &what) {
  int64_t whole = *reopening.extents.exported(extent);
  int64_t distance = bound < 0 ? -bound : bound;
  if (distance < whole + 2 && bound != 0 && bound != -1 &&
      reopening.numbers().is_part(distance, whole))
    reopening.doubt(what, "may be a part of the extent " +
                              std::to_string(whole) + ", which is free");
}

/// Backwards over a free extent: from the end to the beginning without numbers
/// of either, or they may have been computed.
void check_backwards(const NodeState &node, int64_t start, int64_t end,
                     int axis) {
  constexpr int64_t beyond = std::numeric_limits<int32_t>::max();
  if ((start == -1 || start >= beyond) && end <= -beyond)
    return;
  refuse_baked(node,
               "its bounds " + std::to_string(start) + " and " +
                   std::to_string(end) + " of dimension " +
                   std::to_string(axis) + ", which it runs through backwards,",
               "may depend on the exported size");
}

/// A piece from the inside of a table that is as long as a free extent, or as
/// its differences are many, has both bounds from it.
void check_inner_piece(Reopening &reopening, int64_t start, Size end) {
  auto to = reopening.extents.exported(end);
  if (!to || start <= 0 || *to <= start)
    return;
  int64_t length = *to - start;
  bool is_size = !reopening.extents.with_value(length).empty() ||
                 (length % 2 != 0 &&
                  !reopening.extents.with_value((length + 1) / 2).empty());
  if (is_size && length > 2)
    reopening.doubt("its start " + std::to_string(start) + " with the length " +
                        std::to_string(length),
                    "may depend on the exported size");
}

/// Attributes of old versions as operands.
void as_operands(NodeState &node) {
  if (node.version >= 10)
    return;
  Node view(node);
  std::vector<int64_t> starts = view.ints_attr("starts"), axes;
  for (size_t k = 0; k < starts.size(); ++k)
    axes.push_back(static_cast<int64_t>(k));
  set_integers(node, 1, starts);
  set_integers(node, 2, view.ints_attr("ends"));
  set_integers(node, 3, view.ints_attr("axes", axes));
  node.version = 10;
}

/// Empty if only the run knows them.
std::vector<int64_t> axes_of(const NodeState &node, size_t count) {
  if (auto axes = integers_of(node, 3))
    return *axes;
  std::vector<int64_t> axes;
  bool is_given = node.inputs.size() > 3 && node.inputs[3];
  for (size_t k = 0; k < count && !is_given; ++k)
    axes.push_back(static_cast<int64_t>(k));
  return axes;
}

} // namespace

void reopen_slice(Reopening &reopening, NodeState &node) {
  Extents &extents = reopening.extents;
  as_operands(node);
  Tensor data = Node(node).input(0, "data");
  auto starts = reopening.sizes_of(node, 1), ends = reopening.sizes_of(node, 2);
  if (!starts || !ends || starts->size() != ends->size())
    return;
  std::vector<int64_t> axes = axes_of(node, starts->size());
  auto steps = integers_of(node, 4);
  bool changed = false;
  for (size_t k = 0; k < starts->size() && k < axes.size(); ++k) {
    int axis = Node(node).axis(axes[k], data.rank());
    Size extent = data.dim(axis);
    if (steps && (k >= steps->size() || (*steps)[k] < 1)) {
      auto start = (*starts)[k].constant(), end = (*ends)[k].constant();
      if (extents.is_open(extent) && start && end)
        check_backwards(node, *start, *end, axis);
      continue;
    }
    auto read = [&](Size &bound, const char *name, auto readings_of) {
      auto value = bound.constant();
      if (!value)
        return;
      std::string what = std::string("its ") + name + " " + bound.str() +
                         " of dimension " + std::to_string(axis);
      Size read = reopening.choose(node, what, readings_of(*value));
      if (read == bound && extents.is_open(extent))
        check_bound(reopening, extent, *value, what);
      changed |= read != bound;
      bound = read;
    };
    if (extents.is_open(extent)) {
      read((*starts)[k], "start", [&](int64_t value) {
        return Bound(extents, extent, value).starts();
      });
      read((*ends)[k], "end",
           [&](int64_t value) { return Bound(extents, extent, value).ends(); });
    } else if (is_constant(node, 0) && extent.is_constant()) {
      read((*ends)[k], "end", [&](int64_t value) {
        return ends_of_table(extents, value, *extent.constant());
      });
      if (auto start = (*starts)[k].constant())
        check_inner_piece(reopening, *start, (*ends)[k]);
    }
  }
  if (!changed)
    return;
  node.inputs[1] = node.context.b.from_sizes(*starts);
  node.inputs[2] = node.context.b.from_sizes(*ends);
}

} // namespace landfall::frontend
