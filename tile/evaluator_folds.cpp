//===- evaluator_folds.cpp - Folds: reductions, and step by step ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/evaluator.h"
#include "tile/regions.h"

#include <algorithm>
#include <ranges>

namespace landfall::tile {

namespace {

int64_t points_of(const Array &array, const Region &region) {
  int64_t points = 1;
  for (const Axis &axis : array.axes)
    points *= region.count[axis.variable];
  return points;
}

/// Whether joining `count` whole arrays takes less than to reduce so many
/// elements for each of the result's. A row of the vector unit is either what
/// is reduced, or the result's innermost axis.
bool is_short_fold(const Stream &stream, ScalarOp op, const Array &result,
                   const Region &region, int64_t count) {
  if (result.axes.empty() ||
      !stream.capabilities.has(op, result.type, result.type))
    return false;
  int64_t row = region.count[result.axes.back().variable];
  auto vectors = [&](int64_t elements) {
    int64_t lanes = stream.capabilities.lanes;
    return (elements + lanes - 1) / lanes;
  };
  return count * vectors(row) < row * vectors(count);
}

} // namespace

void Evaluator::run_fold(const FoldPlan &fold) {
  if (!fold.reduces())
    return step(fold);
  const TilePlan &plan = stream_.launch.plan();
  std::vector<Array> totals(fold.inits.size());
  for (size_t c = 0; c < totals.size(); ++c)
    if (fold.results[c] != no_node)
      totals[c] = copied(fold.inits[c], plan.uses[fold.results[c]]);
  reduce(fold, totals);
  for (size_t c = 0; c < totals.size(); ++c)
    if (fold.results[c] != no_node)
      values_[fold.results[c]] = std::move(totals[c]);
}

/// Joins the elements to the totals, a box of the fold's variables at a time.
void Evaluator::reduce(const FoldPlan &fold, std::span<Array> totals) {
  std::vector<int64_t> extents;
  for (uint32_t v : fold.variables)
    extents.push_back(stream_.launch.extent(scope_.space.extents[v]));
  if (std::ranges::find(extents, 0) != extents.end())
    return;
  int64_t points = 1;
  for (const Array &total : totals)
    points = std::max(points, points_of(total, region_));
  int64_t most = std::max<int64_t>(1, stream_.points / points);
  if (stream_.capabilities.vector_limit > 0)
    most = std::min(most, stream_.capabilities.vector_limit);
  cut_region(region_, fold.variables, extents, most);
  std::vector<int64_t> whole;
  for (uint32_t v : fold.variables)
    whole.push_back(region_.count[v]);
  for_each_tile(region_, fold.variables, extents, whole, [&] {
    join_part(fold, totals);
    return !stream_.emitter.failed();
  });
}

/// The same for this part of the fold.
void Evaluator::join_part(const FoldPlan &fold, std::span<Array> totals) {
  for (const std::vector<Step> &steps : fold.steps)
    run(steps);
  std::vector<Array> parts(totals.size());
  for (size_t c = 0; c < totals.size() && !stream_.emitter.failed(); ++c)
    if (totals[c].memory)
      parts[c] = elements_of(fold.joins[c]);
  for (const std::vector<Step> &steps : fold.steps)
    forget(steps);
  for (size_t c = 0; c < totals.size() && !stream_.emitter.failed(); ++c) {
    if (!totals[c].memory)
      continue;
    const FoldPlan::Join &join = fold.joins[c];
    Array &total = totals[c];
    Array sources[] = {
        total, reduced(join.reduce, std::move(parts[c]), fold.variables)};
    stream_.emitter.vector({join.join, total.type, total.type}, region_, total,
                           sources);
  }
}

/// What is joined, times its factor.
Array Evaluator::elements_of(const FoldPlan::Join &join) {
  Array elements = element(join.element);
  if (join.factor == no_node)
    return elements;
  const TilePlan &plan = stream_.launch.plan();
  Array terms[] = {std::move(elements), element(join.factor)};
  DType type = terms[0].type;
  Array product = make(type, plan.uses[join.element] | plan.uses[join.factor]);
  stream_.emitter.vector({ScalarOp::mul, type, type}, region_, product, terms);
  return product;
}

/// The elements joined over the fold's variables, the innermost first.
Array Evaluator::reduced(ScalarOp op, Array part,
                         std::span<const uint32_t> fold_variables) {
  Variables variables = 0;
  for (const Axis &axis : part.axes)
    variables |= bit(axis.variable);
  for (uint32_t variable : std::views::reverse(fold_variables)) {
    if (region_.count[variable] == 1)
      continue;
    variables &= ~bit(variable);
    part = reduced(op, part, variable, variables);
  }
  return part;
}

/// The elements joined along the variable; `variables` are the others.
Array Evaluator::reduced(ScalarOp op, const Array &part, uint32_t variable,
                         Variables variables) {
  int64_t count = region_.count[variable];
  if (!stream_.capabilities.reduces(op, part.type) && count > 2)
    return joined_by_halves(op, part, variable, variables);
  Array result = make(part.type, variables);
  if (stream_.capabilities.reduces(op, part.type) &&
      !is_short_fold(stream_, op, result, region_, count)) {
    stream_.emitter.reduce(op, region_, result, part, variable);
    return result;
  }
  return joined_one_by_one(op, part, variable, std::move(result));
}

/// One element of each after another.
Array Evaluator::joined_one_by_one(ScalarOp op, const Array &part,
                                   uint32_t variable, Array result) {
  Array first = part;
  std::erase_if(first.axes,
                [&](const Axis &axis) { return axis.variable == variable; });
  Array sources[] = {first, first};
  for (int64_t k = 1; k < region_.count[variable]; ++k) {
    sources[1].offset = part.offset + k * part.stride(variable);
    stream_.emitter.vector({op, part.type, part.type}, region_, result,
                           sources);
    sources[0] = result;
  }
  return result;
}

/// The second half of the elements with the first one, and the last one of an
/// odd number with the first: until there is one.
Array Evaluator::joined_by_halves(ScalarOp op, const Array &part,
                                  uint32_t variable, Variables variables) {
  const VectorOperation operation = {op, part.type, part.type};
  const int64_t count = region_.count[variable];
  Array all = part;
  for (int64_t left = count; left > 1 && !stream_.emitter.failed(); left /= 2) {
    region_.count[variable] = left / 2;
    Array half = left == count ? make(part.type, variables | bit(variable))
                               : all; // The first time, `part` stays.
    Array sources[] = {all, all};
    sources[1].offset += left / 2 * all.stride(variable);
    stream_.emitter.vector(operation, region_, half, sources);
    if (left % 2) {
      region_.count[variable] = 1;
      sources[0] = half;
      sources[1].offset = all.offset + (left - 1) * all.stride(variable);
      stream_.emitter.vector(operation, region_, half, sources);
    }
    all = half;
  }
  region_.count[variable] = count;
  std::erase_if(all.axes,
                [&](const Axis &axis) { return axis.variable == variable; });
  return all;
}

/// A fold that is no reduction: one step after another.
void Evaluator::step(const FoldPlan &fold) {
  const TilePlan &plan = stream_.launch.plan();
  const Block &block = at(fold.loops[0]).blocks[0];
  uint32_t variable = fold.variables[0];
  for (size_t c = 0; c < fold.inits.size(); ++c)
    give(block.params[c + 1],
         copied(fold.inits[c], plan.uses[block.params[c + 1]]));
  int64_t extent = stream_.launch.extent(scope_.space.extents[variable]);
  region_.count[variable] = 1;
  for (int64_t i = 0; i < extent && !stream_.emitter.failed(); ++i) {
    region_.start[variable] = i;
    run(fold.steps[0]);
    if (stream_.emitter.failed())
      return;
    std::vector<Array> next;
    for (NodeId yield : block.yields)
      next.push_back(element(yield));
    forget(fold.steps[0]);
    for (size_t c = 0; c < next.size(); ++c)
      give(block.params[c + 1], std::move(next[c]));
  }
  for (size_t c = 0; c < fold.inits.size(); ++c) {
    if (fold.results[c] != no_node)
      values_[fold.results[c]] = values_.at(block.params[c + 1]);
    values_.erase(block.params[c + 1]);
  }
}

} // namespace landfall::tile
