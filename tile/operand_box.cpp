//===- operand_box.cpp - What a region reads of an operand ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/operand_box.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>

namespace landfall::tile {

namespace {

/// What device memories move at a time. Places that are nearer to each other
/// are loaded with what is between them.
constexpr int64_t line_bytes = 64;

/// The range of the index, and the step of its values.
void set_range(BoxSide &side, const Region &region, int64_t stride_bytes) {
  int64_t low = side.index.constant, high = low, step = 0;
  for (size_t v = 0; v < side.index.slopes.size(); ++v) {
    int64_t slope = side.index.slopes[v];
    int64_t length = slope * (region.count[v] - 1);
    low += slope * region.start[v] + std::min<int64_t>(0, length);
    high += slope * region.start[v] + std::max<int64_t>(0, length);
    if (region.count[v] > 1)
      step = std::gcd(step, std::abs(slope));
  }
  side.step = step > 1 && step * stride_bytes >= line_bytes ? step : 1;
  side.first = low;
  side.count = (high - low) / side.step + 1;
}

/// Whether the condition holds wherever the index is inside of the operand.
bool is_implied(const Form &condition, const BoxSide &side) {
  const Form &index = side.index;
  bool rises = condition.slopes == index.slopes, falls = true;
  for (size_t v = 0; v < index.slopes.size(); ++v)
    falls &= condition.slopes[v] == -index.slopes[v];
  return (rises && condition.constant >= index.constant) ||
         (falls && condition.constant + index.constant >= side.extent - 1);
}

} // namespace

std::vector<BoxSide> sides_of(const Launch &launch, const Scope &scope,
                              NodeId load) {
  const Kernel &kernel = launch.plan().kernel;
  const LoadPlan &plan = launch.plan().loads.at(load);
  if (plan.indices.empty() || !plan.guards.empty())
    return {};
  const std::vector<Extent> &dims =
      kernel.operands[kernel.nodes[load].index].dims;
  std::vector<BoxSide> sides;
  for (size_t d = 0; d < dims.size(); ++d)
    sides.push_back(
        {launch.form(plan.indices[d], scope), launch.extent(dims[d])});
  for (const analysis::Affine &affine : plan.conditions) {
    Form condition = launch.form(affine, scope);
    if (std::ranges::none_of(sides, [&](const BoxSide &side) {
          return is_implied(condition, side);
        }))
      return {};
  }
  return sides;
}

std::optional<OperandBox> better_box(const std::vector<BoxSide> &sides,
                                     const Region &region,
                                     std::span<const uint32_t> variables,
                                     int64_t element_bytes) {
  if (sides.empty())
    return std::nullopt;
  OperandBox box = box_in(sides, region, element_bytes);
  StridedDimensions dims;
  int64_t bytes = element_bytes;
  for (uint32_t v : variables) {
    int64_t stride = element_bytes, step = 0;
    for (size_t d = sides.size(); d-- > 0; stride *= sides[d].extent)
      step += sides[d].index.slopes[v] * stride;
    dims.push_back({region.count[v], {step}});
    bytes *= region.count[v];
  }
  bool is_better =
      box.bytes() <= 2 * bytes &&
      box.line_bytes() <= line_bytes_of(std::move(dims), element_bytes);
  return is_better ? std::optional(std::move(box)) : std::nullopt;
}

OperandBox box_in(std::vector<BoxSide> sides, const Region &region,
                  int64_t element_bytes) {
  int64_t stride = element_bytes;
  for (size_t d = sides.size(); d-- > 0;) {
    set_range(sides[d], region, stride);
    stride *= sides[d].extent;
  }
  return {std::move(sides), element_bytes};
}

int64_t OperandBox::bytes() const {
  int64_t bytes = element_bytes;
  for (const BoxSide &side : sides)
    if (__builtin_mul_overflow(bytes, side.count, &bytes))
      return INT64_MAX;
  return bytes;
}

std::vector<int64_t> OperandBox::strides() const {
  std::vector<int64_t> strides(sides.size());
  int64_t stride = element_bytes;
  for (size_t d = sides.size(); d-- > 0; stride *= sides[d].count)
    strides[d] = stride;
  return strides;
}

int64_t OperandBox::line_bytes() const {
  StridedDimensions dims(sides.size());
  int64_t stride = element_bytes;
  for (size_t d = sides.size(); d-- > 0; stride *= sides[d].extent)
    dims[d] = {sides[d].count, {stride * sides[d].step}};
  return line_bytes_of(std::move(dims), element_bytes);
}

Array OperandBox::array(const std::shared_ptr<const Place> &memory, DType type,
                        const Region &region,
                        std::span<const uint32_t> variables) const {
  Array array{memory, 0, type, {}};
  std::vector<int64_t> own = strides();
  for (size_t d = 0; d < sides.size(); ++d) {
    const Form &index = sides[d].index;
    int64_t start = index.constant;
    for (size_t v = 0; v < index.slopes.size(); ++v)
      start += index.slopes[v] * region.start[v];
    array.offset += (start - sides[d].first) / sides[d].step * own[d];
  }
  for (uint32_t v : variables) {
    if (region.count[v] == 1)
      continue;
    int64_t stride = 0;
    for (size_t d = 0; d < sides.size(); ++d)
      stride += sides[d].index.slopes[v] / sides[d].step * own[d];
    array.axes.push_back({v, stride});
  }
  return array;
}

void OperandBox::load(Emitter &emitter, uint32_t operand, Place place,
                      const Padding &other) const {
  StridedDimensions dims(sides.size());
  std::vector<Bound> bounds;
  std::vector<int64_t> own = strides();
  int64_t stride = element_bytes, offset = 0;
  for (size_t d = sides.size(); d-- > 0; stride *= sides[d].extent) {
    const BoxSide &side = sides[d];
    dims[d] = {side.count, {stride * side.step, own[d]}};
    offset += stride * side.first;
    std::vector<int64_t> flat(sides.size());
    Bound low{side.first, flat}, high{side.extent - 1 - side.first, flat};
    low.slopes[d] = side.step;
    high.slopes[d] = -side.step;
    bounds.push_back(std::move(low));
    bounds.push_back(std::move(high));
  }
  if (!other.is_zero() && std::ranges::any_of(sides, &BoxSide::goes_outside))
    emitter.pad(place, element_bytes, other,
                {{bytes() / element_bytes, {0, element_bytes}}});
  emitter.load({operand, offset}, place, element_bytes, dims, bounds,
               other.is_zero());
}

int64_t line_bytes_of(StridedDimensions dimensions, int64_t element_bytes) {
  auto length = [](const StridedDimension &dim) {
    return std::abs(dim.strides[0]);
  };
  std::ranges::sort(dimensions, {}, length);
  int64_t run = element_bytes, runs = 1;
  for (const StridedDimension &dim : dimensions) {
    if (dim.count == 1)
      continue;
    if (length(dim) <= run && runs == 1)
      run += (dim.count - 1) * length(dim);
    else
      runs *= dim.count;
  }
  return runs * ((run + line_bytes - 1) / line_bytes * line_bytes);
}

} // namespace landfall::tile
