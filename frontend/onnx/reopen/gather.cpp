//===- gather.cpp - Baked indices -----------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/operands.h"
#include "frontend/onnx/reopen/rules.h"

#include <algorithm>

namespace landfall::frontend {

namespace {

/// Whether an index from a border may have been computed: it is in the middle
/// or beyond, or is a number of another free extent.
bool is_far(Reopening &reopening, Size extent, int64_t index) {
  int64_t whole = *reopening.extents.exported(extent);
  int64_t distance = index < 0 ? -index - 1 : index;
  return distance > 0 &&
         (2 * distance >= whole - 2 ||
          reopening.numbers().may_be(static_cast<double>(distance)));
}

void doubt_far(Reopening &reopening, Size extent, int64_t index) {
  if (is_far(reopening, extent, index))
    reopening.doubt("its index " + std::to_string(index),
                    "of the extent " +
                        std::to_string(*reopening.extents.exported(extent)) +
                        ", which is free, may depend on it");
}

/// A single index along a free extent: counted from the front, unless it was
/// the last.
void reopen_index(Reopening &reopening, NodeState &node, Size extent,
                  int64_t index) {
  if (index <= 0 || reopening.extents.exported(extent) != index + 1)
    return doubt_far(reopening, extent, index);
  Size read = reopening.choose(node, "its index " + std::to_string(index),
                               {extent - Size(1), index});
  if (read == Size(index))
    return;
  bool is_scalar = node.inputs[1].tensor.rank() == 0;
  Builder &b = node.context.b;
  node.inputs[1] = is_scalar ? b.from_size(read)
                             : b.reshape(b.from_sizes({&read, 1}),
                                         node.inputs[1].tensor.shape());
}

/// Indices of which there are as many as a free extent has elements.
void reopen_indices(Reopening &reopening, NodeState &node, Size extent) {
  bool is_free = reopening.extents.is_open(extent);
  Tensor table = node.inputs[1].tensor;
  std::vector<Shape> readings{table.shape()};
  for (size_t d = 0; d < table.shape().size(); ++d) {
    auto count = table.shape()[d].constant();
    std::vector<Size> extents = count && *count > 1
                                    ? reopening.extents.with_value(*count)
                                    : std::vector<Size>();
    std::vector<Shape> all = readings;
    for (const Shape &before : readings)
      for (Size extent : extents)
        (all.emplace_back(before))[d] = extent;
    readings = std::move(all);
  }
  bool is_sized = readings.size() > 1;
  std::erase_if(readings, [&](const Shape &reading) {
    return reading != table.shape() && !reopening.is_table(table, reading);
  });
  if (is_free && is_sized && readings.size() == 1)
    refuse_baked(node,
                 "its indices '" + std::string(node.proto.input[1]) +
                     "' of shape " + to_string(table.shape()),
                 "are as many as a free extent has elements at the exported "
                 "size, and no known function of it");
  Shape taken =
      reopening.choose(node,
                       "its indices '" + std::string(node.proto.input[1]) +
                           "' of shape " + to_string(table.shape()),
                       readings);
  if (taken != table.shape())
    node.inputs[1] = reopening.reopened_table(table, taken);
  else if (is_free)
    for (auto indices = integers_of(node, 1); int64_t index : *indices)
      doubt_far(reopening, extent, index);
}

} // namespace

void reopen_gather(Reopening &reopening, NodeState &node) {
  Node view(node);
  Tensor data = view.input(0, "data");
  auto indices = integers_of(node, 1);
  if (!indices || data.rank() == 0)
    return;
  Size extent = data.dim(view.axis(view.int_attr("axis", 0), data.rank()));
  if (reopening.extents.is_open(extent) && indices->size() == 1)
    return reopen_index(reopening, node, extent, (*indices)[0]);
  if (indices->size() > 1)
    reopen_indices(reopening, node, extent);
}

void reopen_top_k(Reopening &reopening, NodeState &node) {
  Node view(node);
  Tensor x = view.input(0, "X");
  Size extent = x.dim(view.axis(view.int_attr("axis", -1), x.rank()));
  auto k = integers_of(node, 1);
  if (node.version < 10)
    k = std::vector<int64_t>{view.int_attr("k", 0)};
  if (!k || k->empty() || !reopening.extents.is_open(extent))
    return;
  auto whole = reopening.extents.exported(extent);
  // Exporters write min(k, extent) as one number.
  if ((*k)[0] >= *whole - 1 || reopening.numbers().is_part((*k)[0], *whole))
    refuse_baked(node, "its k " + std::to_string((*k)[0]),
                 "is the whole extent at the exported size, or a part of it, "
                 "and may depend on it");
}

} // namespace landfall::frontend
