//===- evaluator_indices.cpp - Indices as elements ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/evaluator.h"

namespace landfall::tile {

/// The index as i32: a ramp along each variable, summed.
Array Evaluator::ramp(const analysis::Affine &index) {
  Form form = stream_.launch.form(index, scope_);
  int64_t first = form.constant;
  for (size_t v = 0; v < form.slopes.size(); ++v)
    first += form.slopes[v] * region_.start[v];
  Array sum;
  for (uint32_t v : order_) {
    if (form.slopes[v] == 0 || region_.count[v] == 1)
      continue;
    Array along = make(DType::i32, bit(v));
    stream_.emitter.ramp(along.place(), sum.memory ? 0 : first, form.slopes[v],
                         region_.count[v]);
    sum = sum.memory ? sum_of(sum, along) : along;
  }
  if (!sum.memory) {
    sum = make(DType::i32, 0);
    stream_.emitter.fill(region_, sum, uint64_t(uint32_t(first)));
  }
  return sum;
}

Array Evaluator::sum_of(const Array &a, const Array &b) {
  Variables variables = 0;
  for (const Array *array : {&a, &b})
    for (const Axis &axis : array->axes)
      variables |= bit(axis.variable);
  Array result = make(DType::i32, variables);
  Array terms[] = {a, b};
  stream_.emitter.vector({ScalarOp::add, DType::i32, DType::i32}, region_,
                         result, terms);
  return result;
}

/// Loads blocks at offsets that are computed here: a block is what lies in
/// order along the innermost axis, if no index from data depends on it.
void Evaluator::gather(const LoadPlan &load, uint32_t operand,
                       const Array &result) {
  const TilePlan &plan = stream_.launch.plan();
  analysis::Affine affine = load.offset;
  affine.constant = {};
  int64_t element = size_of(result.type), block = 1;
  std::vector<uint32_t> outer;
  for (const Axis &axis : result.axes)
    outer.push_back(axis.variable);
  Variables indexed = 0;
  for (const DataIndex &index : load.data)
    indexed |= plan.uses[index.node];
  if (!outer.empty() && !(indexed & bit(outer.back())) &&
      stream_.launch.number(affine.coefficient(outer.back())) == 1) {
    block = region_.count[outer.back()];
    int64_t start = region_.start[outer.back()];
    affine.terms.erase(outer.back());
    affine.constant = analysis::SizePolynomial(start);
    outer.pop_back();
  }
  Array offsets = ramp(affine);
  for (const DataIndex &index : load.data) {
    Array scaled = converted(this->element(index.node), DType::i32);
    if (int64_t stride = stream_.launch.number(index.stride); stride != 1) {
      Array product = make(DType::i32, plan.uses[index.node]);
      Array factor = make(DType::i32, 0);
      stream_.emitter.fill(region_, factor, uint64_t(uint32_t(stride)));
      Array terms[] = {scaled, factor};
      stream_.emitter.vector({ScalarOp::mul, DType::i32, DType::i32}, region_,
                             product, terms);
      scaled = product;
    }
    offsets = sum_of(offsets, scaled);
  }
  if (offsets.axes.size() != outer.size()) {
    Array all =
        stream_.emitter.allocate(stream_.vector, DType::i32, outer, region_);
    stream_.emitter.copy(region_, all, offsets);
    offsets = std::move(all);
  }
  int64_t count = 1;
  for (uint32_t v : outer)
    count *= region_.count[v];
  int64_t base = stream_.launch.number(load.offset.constant) * element;
  stream_.emitter.gather({{operand, base},
                          element,
                          block * element,
                          count,
                          offsets.place(),
                          result.place()});
}

/// Elements that are true where all forms are >= 0.
Array Evaluator::mask(NodeId id) {
  const TilePlan &plan = stream_.launch.plan();
  Array result = make(DType::boolean, plan.uses[id]);
  stream_.emitter.fill(region_, result, 0);
  StridedDimensions dims;
  for (const Axis &axis : result.axes)
    dims.push_back(
        {region_.count[axis.variable], {axis.stride, axis.stride, 0, 0}});
  clip_box(dims,
           bounds_of(stream_.launch, scope_, region_, plan.conditions.at(id),
                     result.axes),
           [&](const ClippedBox &box) {
             if (box.is_empty())
               return;
             Offsets start;
             StridedDimensions inside = inside_of(box, start);
             Place place = result.place();
             place.offset += start[0];
             stream_.emitter.fill(place, 1, 1, inside);
           });
  return result;
}

} // namespace landfall::tile
