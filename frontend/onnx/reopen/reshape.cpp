//===- reshape.cpp - Baked shapes -----------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/reshape_readings.h"
#include "frontend/onnx/reopen/rules.h"

#include <algorithm>

namespace landfall::frontend {

namespace {

/// The target with 0 and -1 as what they mean; nullopt if that cannot be told
/// at the exported size.
std::optional<Shape> explicit_target(const Extents &extents, const Shape &data,
                                     Shape target, bool allow_zero) {
  int64_t others = 1, whole = 1;
  size_t inferred = target.size();
  for (Size extent : data) {
    auto value = extents.exported(extent);
    if (!value)
      return std::nullopt;
    whole *= *value;
  }
  for (size_t j = 0; j < target.size(); ++j) {
    if (target[j] == Size(0) && !allow_zero && j < data.size())
      target[j] = data[j];
    auto value = extents.exported(target[j]);
    if (!value)
      return std::nullopt;
    if (*value == -1)
      inferred = j;
    else
      others *= *value;
  }
  if (inferred < target.size()) {
    if (others == 0 || whole % others != 0)
      return std::nullopt;
    target[inferred] = whole / others;
  }
  return target;
}

bool depends_on_free(const Extents &extents, const Shape &shape) {
  return std::ranges::any_of(shape,
                             [&](Size size) { return extents.is_open(size); });
}

} // namespace

void reopen_reshape(Reopening &reopening, NodeState &node) {
  Extents &extents = reopening.extents;
  Node view(node);
  Tensor data = view.input(0, "data");
  if (node.version < 5)
    return; // Its attribute is taken literally, and checked at the probes.
  auto given = reopening.sizes_of(node, 1);
  if (!given || !depends_on_free(extents, data.shape()))
    return;
  auto target = explicit_target(extents, data.shape(), *given,
                                view.int_attr("allowzero", 0) == 1);
  std::vector<ReshapeReading> readings;
  if (target)
    readings = reshape_readings(extents, data.shape(), *target);
  if (readings.empty())
    refuse_baked(node, "its shape " + to_string(*given),
                 "cannot be told as a function of the extents " +
                     to_string(data.shape()));
  std::vector<Shape> shapes;
  for (const ReshapeReading &reading : readings)
    shapes.push_back(reading.target);
  Shape taken =
      reopening.choose(node, "its shape " + to_string(*given), shapes);
  for (const ReshapeReading &reading : readings)
    if (reading.target == taken) {
      note_factors(extents, reading);
      break;
    }
  node.inputs[1] = node.context.b.from_sizes(taken);
}

} // namespace landfall::frontend
