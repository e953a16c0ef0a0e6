//===- evaluator.cpp - A block's values over a region ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/evaluator.h"
#include "tile/regions.h"
#include "tile/table_load.h"

#include <algorithm>

namespace landfall::tile {

Array ConstantPool::get(DType type, uint64_t bits) {
  auto &place = places_[{size_of(type), bits}];
  Array array;
  array.type = type;
  if (!place) {
    if (int64_t(places_.size()) > capacity_)
      emitter_.fail();
    int64_t offset = int64_t(places_.size() - 1) * slot_bytes;
    place = std::make_shared<Place>(Place{Space::vector, offset});
    emitter_.fill(*place, size_of(type), bits, {});
  }
  array.memory = place;
  return array;
}

Bound bound_of(const Launch &launch, const Scope &scope, const Region &region,
               const analysis::Affine &affine, std::span<const Axis> axes) {
  Form form = launch.form(affine, scope);
  Bound result{form.constant, {}};
  for (size_t v = 0; v < form.slopes.size(); ++v)
    result.constant += form.slopes[v] * region.start[v];
  for (const Axis &axis : axes)
    result.slopes.push_back(form.slopes[axis.variable]);
  return result;
}

std::vector<Bound> bounds_of(const Launch &launch, const Scope &scope,
                             const Region &region,
                             const std::vector<analysis::Affine> &forms,
                             std::span<const Axis> axes) {
  std::vector<Bound> result;
  for (const analysis::Affine &form : forms)
    result.push_back(bound_of(launch, scope, region, form, axes));
  return result;
}

void load_elements(Stream &stream, const Scope &scope, const Region &region,
                   NodeId load, const Array &destination, bool zeros) {
  const TilePlan &plan = stream.launch.plan();
  const LoadPlan &what = plan.loads.at(load);
  Bound offset =
      bound_of(stream.launch, scope, region, what.offset, destination.axes);
  int64_t bytes = size_of(destination.type);
  StridedDimensions dims;
  for (size_t a = 0; a < destination.axes.size(); ++a)
    dims.push_back({region.count[destination.axes[a].variable],
                    {offset.slopes[a] * bytes, destination.axes[a].stride}});
  stream.emitter.load({plan.kernel.nodes[load].index, offset.constant * bytes},
                      destination.place(), bytes, dims,
                      bounds_of(stream.launch, scope, region, what.conditions,
                                destination.axes),
                      zeros);
}

Evaluator::Evaluator(Stream &stream, const Scope &scope, Region region)
    : stream_(stream), scope_(scope), region_(std::move(region)),
      order_(order_of(stream.launch, scope, stream.capabilities.lanes)) {}

std::vector<uint32_t> Evaluator::ordered(Variables variables) const {
  std::vector<uint32_t> result;
  for (uint32_t variable : order_)
    if (variables & bit(variable))
      result.push_back(variable);
  return result;
}

Array Evaluator::make(DType type, Variables variables) {
  return stream_.emitter.allocate(stream_.vector, type, ordered(variables),
                                  region_);
}

Array Evaluator::element(NodeId id) {
  const TilePlan &plan = stream_.launch.plan();
  switch (plan.kinds[id]) {
  case ValueKind::host:
    return stream_.constants.get(at(id).type, stream_.launch.host_bits(id));
  case ValueKind::condition:
    return mask(id);
  case ValueKind::index:
    return converted(ramp(id), DType::i64);
  default:
    return values_.at(id);
  }
}

void Evaluator::run(const std::vector<Step> &steps) {
  for (const Step &step : steps) {
    if (stream_.emitter.failed())
      return;
    const Node &node = at(step.node);
    if (node.kind == NodeKind::scalar)
      run_scalar(step.node, node);
    else if (node.kind == NodeKind::load)
      run_load(step.node, node);
    else
      run_fold(stream_.launch.plan().folds.at(step.node));
    for (NodeId id : step.last_uses)
      values_.erase(id);
  }
}

/// Forgets what the steps have computed.
void Evaluator::forget(const std::vector<Step> &steps) {
  const TilePlan &plan = stream_.launch.plan();
  for (const Step &step : steps) {
    values_.erase(step.node);
    if (auto fold = plan.folds.find(step.node); fold != plan.folds.end())
      for (NodeId result : fold->second.results)
        values_.erase(result);
  }
}

void Evaluator::run_scalar(NodeId id, const Node &node) {
  const TilePlan &plan = stream_.launch.plan();
  if (node.op == ScalarOp::cast &&
      plan.kinds[node.args[0]] == ValueKind::index) {
    values_[id] = converted(ramp(node.args[0]), node.type);
    return;
  }
  std::vector<Array> sources;
  for (NodeId argument : node.args)
    sources.push_back(element(argument));
  bool chooses = info(node.op).signature == ScalarSignature::choose;
  Array result = make(node.type, plan.uses[id]);
  stream_.emitter.vector({node.op, sources[chooses].type, node.type}, region_,
                         result, sources);
  values_[id] = std::move(result);
}

Array Evaluator::converted(const Array &array, DType type) {
  if (array.type == type)
    return array;
  if (!stream_.capabilities.has(ScalarOp::cast, array.type, type))
    return converted(converted(array, DType::f32), type);
  Variables variables = 0;
  for (const Axis &axis : array.axes)
    variables |= bit(axis.variable);
  Array result = make(type, variables);
  stream_.emitter.vector({ScalarOp::cast, array.type, type}, region_, result,
                         std::span(&array, 1));
  return result;
}

/// The elements as they lie in the operand, with what is between them, if that
/// is loaded in fewer lines: windows overlap, and rows are whole. Units walk
/// over them with strides.
std::optional<Array> Evaluator::load_box(NodeId id, const Node &node) {
  const TilePlan &plan = stream_.launch.plan();
  const LoadPlan &load = plan.loads.at(id);
  if (load.is_guarded() && plan.kinds[load.other] != ValueKind::host)
    return std::nullopt;
  std::vector<uint32_t> variables = ordered(plan.uses[id]);
  auto [sides, is_new] = stream_.sides.try_emplace(id);
  if (is_new)
    sides->second = sides_of(stream_.launch, scope_, id);
  std::optional<OperandBox> box =
      better_box(sides->second, region_, variables, size_of(node.type));
  if (!box)
    return std::nullopt;
  auto memory = stream_.emitter.allocate(stream_.vector, box->bytes());
  uint64_t other = load.is_guarded() ? stream_.launch.host_bits(load.other) : 0;
  box->load(stream_.emitter, node.index, *memory, {other});
  return box->array(memory, node.type, region_, variables);
}

void Evaluator::run_load(NodeId id, const Node &node) {
  const TilePlan &plan = stream_.launch.plan();
  const LoadPlan &load = plan.loads.at(id);
  if (std::optional<Array> boxed = load_box(id, node)) {
    values_[id] = std::move(*boxed);
    return;
  }
  Array result = make(node.type, plan.uses[id]);
  if (!load.data.empty()) {
    gather(load, node.index, result);
    values_[id] = std::move(result);
    return;
  }
  bool zeros = false;
  if (load.is_guarded()) {
    zeros = plan.kinds[load.other] == ValueKind::host &&
            stream_.launch.host_bits(load.other) == 0;
    // What tables let through is loaded in parts, over what was there.
    if (plan.kinds[load.other] == ValueKind::host &&
        (!zeros || !load.tables.empty() || !load.guards.empty()))
      stream_.emitter.fill(region_, result,
                           stream_.launch.host_bits(load.other));
    else if (!zeros)
      stream_.emitter.copy(region_, result, element(load.other));
  }
  if (load.tables.empty() && load.guards.empty())
    load_elements(stream_, scope_, region_, id, result, zeros);
  else
    load_by_tables(stream_, scope_, region_, id, result);
  values_[id] = std::move(result);
}

/// A new array over the variables with the value's elements.
Array Evaluator::copied(NodeId id, Variables variables) {
  Array result = make(at(id).type, variables);
  if (stream_.launch.plan().kinds[id] == ValueKind::host)
    stream_.emitter.fill(region_, result, stream_.launch.host_bits(id));
  else
    stream_.emitter.copy(region_, result, element(id));
  return result;
}

} // namespace landfall::tile
