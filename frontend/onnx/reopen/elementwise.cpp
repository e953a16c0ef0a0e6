//===- elementwise.cpp - Baked tables that meet free extents --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/operands.h"
#include "frontend/onnx/reopen/rules.h"
#include "frontend/onnx/reopen/table_elements.h"
#include "frontend/onnx/reopen/table_fit.h"

#include <algorithm>
#include <cmath>

namespace landfall::frontend {

namespace {

std::string name_of(const NodeState &node, size_t position) {
  return "its constant '" + std::string(node.proto.input[position]) +
         "' of shape " + to_string(node.inputs[position].tensor.shape());
}

/// What the other operands have along the dimension that is number `back` from
/// the last.
std::vector<Size> partners(const NodeState &node, size_t position,
                           size_t back) {
  std::vector<Size> extents;
  for (size_t k = 0; k < node.inputs.size(); ++k) {
    Tensor other = node.inputs[k].tensor;
    if (k == position || !other || is_constant(node, k) ||
        back > static_cast<size_t>(other.rank()))
      continue;
    Size extent = other.dim(other.rank() - static_cast<int>(back));
    if (extent != Size(1))
      extents.push_back(extent);
  }
  return extents;
}

/// The table's extents, free where the other operands' are. Where it alone has
/// the dimension, its extent may be a free one that stands elsewhere.
std::vector<Shape> targets(const Extents &extents, const NodeState &node,
                           size_t position) {
  Shape own = node.inputs[position].tensor.shape();
  std::vector<Shape> result{own};
  for (size_t d = 0; d < own.size(); ++d) {
    if (own[d] == Size(1) || own[d] == Size(0))
      continue;
    std::vector<Size> others = partners(node, position, own.size() - d);
    std::vector<Size> readings;
    for (Size other : others)
      if (readings.empty() && extents.is_open(other) &&
          extents.exported(other) == own[d].constant())
        readings.push_back(other);
    if (readings.empty())
      readings.push_back(own[d]);
    if (others.empty())
      for (Size other : extents.with_value(*own[d].constant()))
        readings.push_back(other);
    std::vector<Shape> all;
    for (const Shape &before : result)
      for (Size reading : readings)
        (all.emplace_back(before))[d] = reading;
    result = std::move(all);
  }
  return result;
}

/// False: the operand is as it was.
bool reopen_operand(Reopening &reopening, NodeState &node, size_t position) {
  Tensor table = node.inputs[position].tensor;
  std::vector<Shape> readings = targets(reopening.extents, node, position);
  // The first is forced by the other operands, the rest only possible.
  Shape forced = readings[0];
  std::erase_if(readings, [&](const Shape &reading) {
    return reading != forced && !reopening.is_table(table, reading);
  });
  Shape taken = reopening.choose(node, name_of(node, position), readings);
  if (taken == table.shape())
    return false;
  Tensor reopened = reopening.reopened_table(table, taken);
  if (!reopened)
    refuse_baked(node, name_of(node, position),
                 "meets the free extents " + to_string(taken) +
                     ", and its elements are not positions, a triangle or "
                     "another known function of them");
  node.inputs[position] = reopened;
  return true;
}

/// Whether a number makes a mean of a sum along free extents that it meets.
bool divides_sum(const Reopening &reopening, const NodeState &node,
                 double value) {
  value = std::abs(value);
  return std::ranges::any_of(node.inputs, [&](const Any &input) {
    if (!input.tensor)
      return false;
    auto counts = reopening.summed(input.tensor);
    return std::ranges::any_of(counts, [&](int64_t count) {
      auto size = static_cast<double>(count);
      return std::abs(value - size) < 1e-6 * size ||
             std::abs(value * size - 1) < 1e-6;
    });
  });
}

/// Constants that scale, limit or are added: numbers that are sizes may have
/// been computed from them. A factor may be a stride of the model.
void check_numbers(Reopening &reopening, const NodeState &node,
                   size_t position) {
  auto data = node.context.b.constant_data(node.inputs[position].tensor);
  constexpr size_t most = 4096; // More are weights.
  auto elements = data && data->bytes.data.size() <= most * sizeof(double)
                      ? table_elements(*data)
                      : std::nullopt;
  if (!elements || elements->size() > most)
    return;
  std::optional<double> found;
  for (double value : *elements)
    if (divides_sum(reopening, node, value))
      found = value;
  const SizeNumbers &numbers = reopening.numbers();
  if (node.type == "Mul")
    std::erase_if(*elements, [&](double v) { return numbers.is_stride(v); });
  if (!found)
    found = numbers.found_in(*elements);
  if (found)
    reopening.doubt("its constant '" + std::string(node.proto.input[position]) +
                        "' holds " + std::to_string(*found) +
                        ", which is a free extent at the exported size (or one "
                        "less, a half, a product, a root or an inverse) and",
                    "may depend on it");
}

bool meets_free(const Reopening &reopening, const NodeState &node) {
  return std::ranges::any_of(node.inputs, [&](const Any &input) {
    return input.tensor &&
           std::ranges::any_of(input.tensor.shape(), [&](Size size) {
             return reopening.extents.is_open(size);
           });
  });
}

/// A table that has one element along an extent that is free and was 1: of a
/// grid, nothing but its first positions is seen, and of offsets by the batch
/// nothing but 0.
void check_single(Reopening &reopening, const NodeState &node,
                  size_t position) {
  const Extents &extents = reopening.extents;
  Tensor table = node.inputs[position].tensor;
  bool is_feature = false, is_input = false;
  for (int d = 0; d < table.rank(); ++d)
    for (Size other : partners(node, position, size_t(table.rank() - d))) {
      if (table.dim(d) != Size(1) || !extents.is_open(other) ||
          extents.exported(other) != 1)
        continue;
      auto symbols = extents.free_symbols();
      (std::ranges::find(symbols, other) != symbols.end() ? is_input
                                                          : is_feature) = true;
    }
  auto data = node.context.b.constant_data(table);
  auto elements = table_elements(*data);
  if (!elements || elements->empty() || (!is_feature && !is_input))
    return;
  bool is_sum = node.type == "Add" || node.type == "Sub";
  bool is_zero =
      std::ranges::all_of(*elements, [](double v) { return v == 0; });
  // A trained bias has others.
  bool is_grid = std::ranges::all_of(
      *elements, [](double v) { return 2 * v == std::round(2 * v); });
  if (is_sum &&
      ((is_feature && is_grid) || (is_zero && is_integer(table.dtype()))))
    reopening.doubt(name_of(node, position),
                    "has one element along a free extent that is 1 at the "
                    "exported size, and may be a table of positions");
}

/// Equal elements that are joined along a free extent, more than one, may fill
/// it up to a size.
void check_filling(Reopening &reopening, const NodeState &node, size_t position,
                   int axis) {
  bool is_free = std::ranges::any_of(node.inputs, [&](const Any &input) {
    return input.tensor && reopening.extents.is_open(input.tensor.dim(axis));
  });
  Tensor constant = node.inputs[position].tensor;
  auto data = node.context.b.constant_data(constant);
  auto elements = table_elements(*data);
  bool is_filling =
      elements && std::ranges::all_of(*elements, [&](double value) {
        return value == (*elements)[0];
      });
  if (is_free && is_filling && constant.dim(axis).constant().value_or(0) > 1)
    reopening.doubt(name_of(node, position),
                    "may fill a free extent up to a size");
}

} // namespace

void reopen_elementwise(Reopening &reopening, NodeState &node) {
  size_t constants = 0, count = node.inputs.size();
  for (size_t k = 0; k < count; ++k)
    constants += !node.inputs[k] || is_constant(node, k);
  if (constants == count)
    return;
  bool is_met = meets_free(reopening, node);
  for (size_t k = 0; k < count; ++k) {
    if (!is_constant(node, k))
      continue;
    // Also where no free extent is left: what was reduced may be divided.
    check_single(reopening, node, k);
    if (!is_met || !reopen_operand(reopening, node, k))
      check_numbers(reopening, node, k);
  }
}

void reopen_concat(Reopening &reopening, NodeState &node) {
  Node view(node);
  if (!meets_free(reopening, node))
    return;
  int rank = view.input(0, "inputs").rank();
  int axis = view.axis(view.int_attr("axis"), rank);
  for (size_t k = 0; k < node.inputs.size(); ++k) {
    Tensor constant = node.inputs[k].tensor;
    if (!is_constant(node, k) || constant.rank() != rank)
      continue;
    Shape target = constant.shape();
    for (int d = 0; d < rank; ++d)
      for (size_t other = 0; other < node.inputs.size(); ++other) {
        Tensor x = node.inputs[other].tensor;
        if (d == axis || !x || x.rank() != rank || is_constant(node, other) ||
            !reopening.extents.is_open(x.dim(d)))
          continue;
        if (reopening.extents.exported(x.dim(d)) ==
            target[size_t(d)].constant())
          target[size_t(d)] = x.dim(d);
      }
    if (target == constant.shape())
      continue;
    check_filling(reopening, node, k, axis);
    Tensor table = reopening.reopened_table(constant, target);
    if (!table)
      refuse_baked(node, name_of(node, k),
                   "meets the free extents " + to_string(target) +
                       ", and its elements are no known function of them");
    node.inputs[k] = table;
  }
}

} // namespace landfall::frontend
