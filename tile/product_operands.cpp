//===- product_operands.cpp - Factors on their way to the unit ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/product_operands.h"
#include "tile/event_planner.h"
#include "tile/product_sums.h"
#include "tile/regions.h"

#include <algorithm>
#include <cstdlib>

namespace landfall::tile {

Arena product_arena(const Stream &stream, Space space) {
  return Arena(space, stream.capabilities.bytes_of(space),
               std::max(stream.capabilities.alignment, watched_bytes));
}

ProductOperands::ProductOperands(Stream &stream)
    : stream_(stream), plan_(stream.launch.plan()), product_(*plan_.product),
      staging_(product_arena(stream, Space::staging)) {
  for (const SidePlan *side : {&product_.left, &product_.right})
    if (side->load != no_node)
      sides_[is_left(*side)] =
          sides_of(stream.launch, plan_.factors, side->load);
}

Array ProductOperands::get(const Region &region, const SidePlan &side,
                           DType type, const std::vector<uint32_t> &variables,
                           Arena &arena) {
  Array result = stream_.emitter.allocate(arena, type, variables, region);
  if (stream_.emitter.failed())
    return result;
  bool has_staging = staging_.bytes() > 0;
  if (side.load != no_node && !has_staging) {
    load_direct(region, side, result);
    return result;
  }
  if (!has_staging) {
    compute(region, side, variables, result);
    return result;
  }
  stream_.emitter.copy(region, result, staged(region, side, type, variables));
  return result;
}

/// A part of a factor in the staging space: as it is there already, if memory
/// has lasted since it was used before.
Array ProductOperands::staged(const Region &region, const SidePlan &side,
                              DType type,
                              const std::vector<uint32_t> &variables) {
  std::vector<int64_t> key = {is_left(side)};
  for (uint32_t v : variables)
    key.push_back(region.start[v]);
  auto found = std::ranges::find(cache_, key, &Cached::key);
  if (found != cache_.end()) {
    cache_.splice(cache_.end(), cache_, found);
    return cache_.back().array;
  }
  Array array = new_staged(region, side, type, variables);
  if (!stream_.emitter.failed())
    cache_.push_back({std::move(key), array});
  return array;
}

Array ProductOperands::new_staged(const Region &region, const SidePlan &side,
                                  DType type,
                                  const std::vector<uint32_t> &variables) {
  if (std::optional<OperandBox> box =
          better_box(sides_[is_left(side)], region, variables, size_of(type)))
    return boxed(*box, region, side, type, variables);
  bool direct = side.load != no_node;
  Array array = stream_.emitter.allocate(
      staging_, type, direct ? in_memory_order(side, variables) : variables,
      region, [this] { return drop_oldest(); });
  if (stream_.emitter.failed())
    return array;
  if (direct)
    load_direct(region, side, array);
  else
    compute(region, side, variables, array);
  return array;
}

/// A part in the staging space makes room: of the right factor, of which the
/// next tile needs another panel, but for the last few, which are being
/// moved; else the longest unused.
bool ProductOperands::drop_oldest() {
  constexpr ptrdiff_t in_use = 4;
  if (cache_.empty())
    return false;
  auto is_right = [](const Cached &part) { return !part.key.front(); };
  bool drops_right = std::ranges::count_if(cache_, is_right) > in_use;
  cache_.erase(drops_right ? std::ranges::find_if(cache_, is_right)
                           : cache_.begin());
  return true;
}

Array ProductOperands::boxed(const OperandBox &box, const Region &region,
                             const SidePlan &side, DType type,
                             const std::vector<uint32_t> &variables) {
  auto memory = stream_.emitter.allocate(staging_, box.bytes(),
                                         [this] { return drop_oldest(); });
  Array array = box.array(memory, type, region, variables);
  if (!stream_.emitter.failed())
    box.load(stream_.emitter, plan_.kernel.nodes[side.load].index, *memory,
             padding_of(side));
  return array;
}

/// The elements of a load, over what stands where its guard lets nothing
/// through.
void ProductOperands::load_direct(const Region &region, const SidePlan &side,
                                  const Array &array) {
  Padding padding = padding_of(side);
  if (!padding.is_zero()) {
    std::vector<uint32_t> variables;
    for (const Axis &axis : array.axes)
      variables.push_back(axis.variable);
    const Array nothing, *arrays[] = {&nothing, &array};
    stream_.emitter.pad(array.place(), size_of(array.type), padding,
                        dimensions_of(region, variables, arrays));
  }
  load_elements(stream_, plan_.factors, region, side.load, array,
                padding.is_zero());
}

/// Its one value is loaded once.
Padding ProductOperands::padding_of(const SidePlan &side) {
  if (side.other == no_node)
    return {};
  if (plan_.kinds[side.other] == ValueKind::host)
    return {stream_.launch.host_bits(side.other)};
  std::optional<Array> &loaded = others_[is_left(side)];
  if (!loaded)
    loaded = value_in(stream_, side.other, side.other_steps,
                      one_point(plan_.factors));
  return {0, loaded};
}

/// The variables by the strides of the load in device memory, the longest
/// first, so that it reads in order.
std::vector<uint32_t>
ProductOperands::in_memory_order(const SidePlan &side,
                                 std::vector<uint32_t> variables) const {
  Form offset =
      stream_.launch.form(plan_.loads.at(side.load).offset, plan_.factors);
  std::ranges::stable_sort(variables, std::greater(), [&](uint32_t v) {
    return std::abs(offset.slopes[v]);
  });
  return variables;
}

/// Computes a factor in the vector space, in parts, and moves it.
void ProductOperands::compute(const Region &region, const SidePlan &side,
                              const std::vector<uint32_t> &variables,
                              const Array &destination) {
  std::vector<int64_t> extents, sizes;
  for (uint32_t v : variables)
    extents.push_back(region.count[v]);
  Region part = region;
  cut_region(part, variables, extents, stream_.points);
  for (uint32_t v : variables)
    sizes.push_back(part.count[v]);
  for_each_tile(part, variables, extents, sizes, [&] {
    Region moved = part;
    Array place = destination;
    for (uint32_t v : variables) {
      place.offset += part.start[v] * destination.stride(v);
      moved.start[v] += region.start[v];
    }
    Evaluator evaluator(stream_, plan_.factors, moved);
    evaluator.run(side.steps);
    if (!stream_.emitter.failed())
      stream_.emitter.copy(moved, place, evaluator.element(side.value));
    return !stream_.emitter.failed();
  });
}

} // namespace landfall::tile
