//===- expand.cpp - Baked shapes of Expand, repeats of Tile ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/rules.h"

namespace landfall::frontend {

namespace {

/// A constant, or one of the free extents that it may have been.
Size constant_or_extent(Reopening &reopening, const NodeState &node,
                        const std::string &what, int64_t value) {
  std::vector<Size> readings{value};
  for (Size extent : reopening.extents.with_value(value))
    readings.push_back(extent);
  return reopening.choose(node, what, readings);
}

} // namespace

void reopen_expand(Reopening &reopening, NodeState &node) {
  Tensor input = Node(node).input(0, "input");
  auto given = reopening.sizes_of(node, 1);
  if (!given)
    return;
  std::vector<Size> target = *given;
  int rank = input.rank(), count = static_cast<int>(target.size());
  for (int j = 0; j < count; ++j) {
    auto to = target[static_cast<size_t>(j)].constant();
    int d = j - (count - rank);
    Size from = d >= 0 ? input.dim(d) : Size(1);
    if (!to || *to <= 1 || from == Size(*to))
      continue;
    Size &entry = target[static_cast<size_t>(j)];
    if (reopening.extents.exported(from) == to)
      entry = from;
    else if (from == Size(1))
      entry = constant_or_extent(reopening, node,
                                 "its extent " + std::to_string(*to) +
                                     " of dimension " + std::to_string(j),
                                 *to);
  }
  if (target != *given)
    node.inputs[1] = node.context.b.from_sizes(target);
}

void reopen_tile(Reopening &reopening, NodeState &node) {
  auto given = reopening.sizes_of(node, 1);
  if (!given || node.version < 6)
    return;
  std::vector<Size> repeats = *given;
  for (size_t d = 0; d < repeats.size(); ++d)
    if (auto count = repeats[d].constant(); count && *count > 1)
      repeats[d] =
          constant_or_extent(reopening, node,
                             "its number of repeats " + std::to_string(*count) +
                                 " of dimension " + std::to_string(d),
                             *count);
  if (repeats != *given)
    node.inputs[1] = node.context.b.from_sizes(repeats);
}

} // namespace landfall::frontend
