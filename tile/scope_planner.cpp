//===- scope_planner.cpp - The values of one block ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/scope_planner.h"
#include "tile/fold_shape.h"
#include "tile/step_lists.h"

#include <algorithm>
#include <bit>
#include <fmt/format.h>

namespace landfall::tile {

namespace {

using analysis::Affine;

Error refuse(std::string reason) {
  return {ErrorCode::unsupported, std::move(reason)};
}

class ScopePlanner {
public:
  ScopePlanner(TilePlan &plan, const Capabilities &capabilities, Scope &scope)
      : plan_(plan), capabilities_(capabilities), scope_(scope),
        reader_(plan.kernel, scope.space) {}

  /// A value that is to be elements.
  Status visit_element(NodeId id) {
    TRY(visit(id));
    if (plan_.kinds[id] == ValueKind::index)
      return require_ramp(id, DType::i64);
    return {};
  }

private:
  const Node &at(NodeId id) const { return plan_.kernel.nodes[id]; }

  Status visit(NodeId id) {
    if (plan_.kinds[id] != ValueKind::unused)
      return {};
    const Node &node = at(id);
    switch (node.kind) {
    case NodeKind::constant:
    case NodeKind::size:
      plan_.kinds[id] = ValueKind::host;
      return {};
    case NodeKind::param:
    case NodeKind::scalar:
      return visit_scalar(id, node);
    case NodeKind::load:
      return visit_load(id, node);
    case NodeKind::result:
      return visit_result(id, node);
    case NodeKind::loop:
      return visit_fold(id, node);
    case NodeKind::loop_while:
      return refuse("it has a loop whose length depends on data");
    case NodeKind::branch:
      return refuse("it has a branch");
    default:
      return refuse("it has stores or checks of its own");
    }
  }

  Status visit_scalar(NodeId id, const Node &node) {
    if (is_host(id)) {
      plan_.kinds[id] = ValueKind::host;
      return {};
    }
    // An index of one point reads as 0.
    std::optional<Affine> index = reader_.read(id);
    if (index || node.kind == NodeKind::param) {
      plan_.indices[id] = index.value_or(Affine());
      plan_.kinds[id] = ValueKind::index;
      return {};
    }
    if (std::optional<std::vector<Affine>> forms = read_condition(id)) {
      plan_.conditions[id] = *forms;
      plan_.kinds[id] = ValueKind::condition;
      return {};
    }
    for (NodeId argument : node.args)
      TRY(visit(argument));
    plan_.kinds[id] = ValueKind::array;
    return check_operation(node);
  }

  /// Whether the value depends on constants and sizes alone.
  bool is_host(NodeId id) {
    if (auto known = host_.find(id); known != host_.end())
      return known->second;
    const Node &node = at(id);
    bool host =
        node.kind == NodeKind::constant || node.kind == NodeKind::size ||
        (node.kind == NodeKind::scalar &&
         std::ranges::all_of(node.args, [&](NodeId a) { return is_host(a); }));
    return host_[id] = host;
  }

  /// The forms of a comparison of indices.
  std::optional<std::vector<Affine>> read_condition(NodeId id) const {
    const Node &node = at(id);
    if (node.type != DType::boolean)
      return std::nullopt;
    std::optional<std::vector<Affine>> forms = reader_.conditions(id);
    if (node.op == ScalarOp::eq) {
      std::optional<Affine> a = reader_.read(node.args[0]);
      std::optional<Affine> b = reader_.read(node.args[1]);
      if (a && b)
        forms = {{*a - *b, *b - *a}};
    }
    return forms;
  }

  Status check_operation(const Node &node) const {
    bool casts = node.op == ScalarOp::cast;
    if (casts && plan_.kinds[node.args[0]] == ValueKind::index)
      return require_ramp(node.args[0], node.type);
    for (NodeId argument : node.args)
      if (plan_.kinds[argument] == ValueKind::index)
        TRY(require_ramp(argument, DType::i64));
    bool chooses = info(node.op).signature == ScalarSignature::choose;
    return require(node.op, at(node.args[chooses]).type, node.type);
  }

  /// An index as elements is a sum of ramps of i32, converted.
  Status require_ramp(NodeId index, DType type) const {
    if (plan_.indices.at(index).terms.size() > 1)
      TRY(require(ScalarOp::add, DType::i32, DType::i32));
    if (type == DType::i32 ||
        capabilities_.has(ScalarOp::cast, DType::i32, type))
      return {};
    // By way of f32, as integers become narrow reals.
    TRY(require(ScalarOp::cast, DType::i32, DType::f32));
    return require(ScalarOp::cast, DType::f32, type);
  }

  Status require(ScalarOp op, DType type, DType result) const {
    if (capabilities_.has(op, type, result))
      return {};
    std::string what = fmt::format("{} of {}", info(op).text, name(type));
    if (info(op).signature == ScalarSignature::cast)
      what += fmt::format(" to {}", name(result));
    return refuse("the vector unit has no " + what);
  }

  Status visit_load(NodeId id, const Node &node) {
    LoadPlan load;
    const std::vector<Extent> &dims = plan_.kernel.operands[node.index].dims;
    analysis::SizePolynomial stride(1);
    for (size_t d = dims.size(); d-- > 0;) {
      // A dimension of extent 1 has only the index 0.
      if (dims[d] != Extent{true, 1})
        TRY(add_index(node.args[d], stride, load));
      stride = stride * analysis::SizePolynomial::of(dims[d]);
    }
    if (node.args.size() > dims.size()) {
      TRY(add_guard(node.args[dims.size()], load));
      load.other = node.args[dims.size() + 1];
      TRY(visit_element(load.other));
    }
    if (size_of(node.type) > 8)
      return refuse("it has complex numbers");
    if (!load.data.empty() && (load.is_guarded() || !load.tables.empty()))
      return refuse("it loads from an index that depends on data, under a "
                    "guard");
    load.indices = indices_of(plan_.kernel, scope_.space, id);
    plan_.loads[id] = std::move(load);
    plan_.kinds[id] = ValueKind::array;
    return {};
  }

  Status add_index(NodeId id, const analysis::SizePolynomial &stride,
                   LoadPlan &load) {
    if (std::optional<Affine> index = reader_.read(id)) {
      load.offset = load.offset + *index * stride;
      return {};
    }
    if (std::optional<Variables> uses = table_uses(id)) {
      if (std::popcount(*uses) > 1)
        return refuse("it loads from an index that is not affine in several "
                      "loops");
      load.tables.push_back({id, *uses, stride});
      return {};
    }
    return add_data_index(id, stride, load);
  }

  /// An index is in the operand's range, so its low bits are all of it: what is
  /// loaded in 64 bits, or computed in at most 32.
  Status add_data_index(NodeId id, const analysis::SizePolynomial &stride,
                        LoadPlan &load) {
    const Node &node = at(id);
    NodeId value = id;
    if (node.kind == NodeKind::scalar && node.op == ScalarOp::cast)
      value = node.args[0];
    DType type = at(value).type;
    bool narrow =
        is_integer(type) && type != DType::u32 && info(type).bits <= 32;
    bool loaded = type == DType::i64 && at(value).kind == NodeKind::load;
    if (!narrow && !loaded)
      return refuse("it computes an index from data in 64 bits");
    if (!capabilities_.indexed_loads)
      return refuse("it loads from an index that depends on data, and the "
                    "chip has no indexed loads");
    TRY(visit(value));
    if (type != DType::i32)
      TRY(require(ScalarOp::cast, type, DType::i32));
    TRY(require(ScalarOp::add, DType::i32, DType::i32));
    TRY(require(ScalarOp::mul, DType::i32, DType::i32));
    load.data.push_back({value, stride});
    return {};
  }

  Status add_guard(NodeId id, LoadPlan &load) {
    const Node &node = at(id);
    if (auto forms = reader_.conditions(id)) {
      load.conditions.insert(load.conditions.end(), forms->begin(),
                             forms->end());
      return {};
    }
    if (node.kind == NodeKind::scalar && node.op == ScalarOp::bit_and) {
      TRY(add_guard(node.args[0], load));
      return add_guard(node.args[1], load);
    }
    std::optional<Variables> uses = table_uses(id);
    if (!uses)
      return refuse("it loads under a guard that depends on data");
    if (std::popcount(*uses) > 1)
      return refuse("it loads under a guard that is not affine in several "
                    "loops");
    load.guards.push_back({id, *uses});
    return {};
  }

  /// The variables on which a value depends that is computed from indices and
  /// sizes alone.
  std::optional<Variables> table_uses(NodeId id) {
    if (auto known = tables_.find(id); known != tables_.end())
      return known->second;
    std::optional<Variables> &uses = tables_[id];
    const Node &node = at(id);
    if (node.kind == NodeKind::constant || node.kind == NodeKind::size)
      return uses = 0;
    if (node.kind == NodeKind::param) {
      auto &params = scope_.space.params;
      auto found = std::ranges::find(params, id);
      if (found == params.end())
        return uses;
      size_t variable = size_t(found - params.begin());
      bool is_one = scope_.space.extents[variable] == Extent{true, 1};
      return uses = is_one ? 0 : bit(uint32_t(variable));
    }
    if (node.kind != NodeKind::scalar)
      return std::nullopt;
    Variables all = 0;
    for (NodeId argument : node.args) {
      std::optional<Variables> one = table_uses(argument);
      if (!one)
        return std::nullopt;
      all |= *one;
    }
    return tables_[id] = all;
  }

  Status visit_result(NodeId id, const Node &node) {
    TRY(visit(node.args[0]));
    plan_.kinds[id] = ValueKind::array;
    NodeId &result = plan_.folds.at(node.args[0]).results[node.index];
    if (result != no_node)
      return refuse("it has two names for the value of a fold");
    result = id;
    return {};
  }

  Status visit_fold(NodeId id, const Node &node) {
    FoldPlan fold = read_fold(plan_.kernel, capabilities_, id);
    for (NodeId loop : fold.loops)
      fold.variables.push_back(TRY(add_variable(at(loop))));
    fold.inits.assign(node.args.begin() + 2, node.args.end());
    for (NodeId init : fold.inits)
      TRY(visit_element(init));
    fold.results.resize(fold.inits.size(), no_node);
    std::vector<NodeId> values = at(fold.loops.back()).blocks[0].yields;
    if (fold.reduces()) {
      values.clear();
      for (const FoldPlan::Join &join : fold.joins)
        for (NodeId value : {join.element, join.factor})
          if (value != no_node)
            values.push_back(value);
    } else {
      const Block &block = node.blocks[0];
      for (size_t c = 0; c < fold.inits.size(); ++c)
        plan_.kinds[block.params[c + 1]] = ValueKind::array;
    }
    for (NodeId value : values)
      TRY(visit_element(value));
    for (size_t k = 0; k + 1 < fold.loops.size(); ++k)
      fold.steps.push_back(list_outer_steps(plan_, at(fold.loops[k]).blocks[0],
                                            fold.loops[k + 1]));
    fold.steps.push_back(
        list_steps(plan_, at(fold.loops.back()).blocks[0], values));
    plan_.folds[id] = std::move(fold);
    plan_.kinds[id] = ValueKind::array;
    return {};
  }

  Result<uint32_t> add_variable(const Node &loop) {
    const Node &low = at(loop.args[0]), &high = at(loop.args[1]);
    if (low.kind != NodeKind::constant || low.bits != 0)
      return refuse("a fold does not begin at 0");
    if (high.kind != NodeKind::constant && high.kind != NodeKind::size)
      return refuse("a fold's length is no size");
    if (scope_.space.params.size() == max_variables)
      return refuse("it has too many loops");
    bool constant = high.kind == NodeKind::constant;
    scope_.space.params.push_back(loop.blocks[0].params[0]);
    scope_.space.extents.push_back(
        {constant, constant ? int64_t(high.bits) : int64_t(high.index)});
    return uint32_t(scope_.space.params.size() - 1);
  }

  TilePlan &plan_;
  const Capabilities &capabilities_;
  Scope &scope_;
  analysis::AffineReader reader_;
  std::unordered_map<NodeId, bool> host_;
  std::unordered_map<NodeId, std::optional<Variables>> tables_;
};

} // namespace

std::vector<Affine> indices_of(const Kernel &kernel,
                               const analysis::IndexSpace &space, NodeId load) {
  const Node &node = kernel.nodes[load];
  const std::vector<Extent> &dims = kernel.operands[node.index].dims;
  analysis::AffineReader reader(kernel, space);
  std::vector<Affine> indices;
  for (size_t d = 0; d < dims.size(); ++d) {
    // A dimension of extent 1 has only the index 0.
    bool is_one = dims[d] == Extent{true, 1};
    std::optional<Affine> index = is_one ? Affine() : reader.read(node.args[d]);
    if (!index)
      return {};
    indices.push_back(std::move(*index));
  }
  return indices;
}

Status plan_scope(TilePlan &plan, const Capabilities &capabilities,
                  Scope &scope, const std::vector<NodeId> &values) {
  if (scope.space.params.size() > max_variables)
    return refuse("it has too many loops");
  ScopePlanner planner(plan, capabilities, scope);
  for (NodeId value : values)
    TRY(planner.visit_element(value));
  return {};
}

} // namespace landfall::tile
