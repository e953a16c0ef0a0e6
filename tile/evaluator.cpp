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

void Evaluator::run_fold(const FoldPlan &fold) {
  if (!fold.reduces)
    return step(fold);
  if (fold.results[0] == no_node)
    return;
  const TilePlan &plan = stream_.launch.plan();
  Array total = copied(fold.inits[0], plan.uses[fold.results[0]]);
  reduce(fold, total);
  values_[fold.results[0]] = std::move(total);
}

/// Joins the elements to the total, a box of the fold's variables at a time.
void Evaluator::reduce(const FoldPlan &fold, Array &total) {
  std::vector<int64_t> extents;
  for (uint32_t v : fold.variables)
    extents.push_back(stream_.launch.extent(scope_.space.extents[v]));
  if (std::ranges::find(extents, 0) != extents.end())
    return;
  int64_t points = 1;
  for (const Axis &axis : total.axes)
    points *= region_.count[axis.variable];
  int64_t most = std::max<int64_t>(1, stream_.points / points);
  if (stream_.capabilities.vector_limit > 0)
    most = std::min(most, stream_.capabilities.vector_limit);
  cut_region(region_, fold.variables, extents, most);
  std::vector<int64_t> whole;
  for (uint32_t v : fold.variables)
    whole.push_back(region_.count[v]);
  for_each_tile(region_, fold.variables, extents, whole, [&] {
    Array part = joined_element(fold);
    if (stream_.emitter.failed())
      return false;
    Array sources[] = {total, part};
    stream_.emitter.vector({fold.join, total.type, total.type}, region_, total,
                           sources);
    return true;
  });
}

/// The elements of this part of the fold, reduced over its variables.
namespace {

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

Array Evaluator::joined_element(const FoldPlan &fold) {
  for (const std::vector<Step> &steps : fold.steps)
    run(steps);
  if (stream_.emitter.failed())
    return {};
  const TilePlan &plan = stream_.launch.plan();
  Array part = element(fold.element);
  Variables variables = plan.uses[fold.element];
  if (fold.factor != no_node) {
    variables |= plan.uses[fold.factor];
    Array terms[] = {part, element(fold.factor)};
    Array product = make(part.type, variables);
    stream_.emitter.vector({ScalarOp::mul, part.type, part.type}, region_,
                           product, terms);
    part = std::move(product);
  }
  for (const std::vector<Step> &steps : fold.steps)
    forget(steps);
  for (size_t k = fold.variables.size(); k-- > 0;) {
    uint32_t variable = fold.variables[k];
    if (region_.count[variable] == 1)
      continue;
    variables &= ~bit(variable);
    part = reduced(fold.reduce, part, variable, variables);
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
