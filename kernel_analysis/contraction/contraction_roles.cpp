//===- contraction_roles.cpp - The M, N, K loops of a contraction ---------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/contraction/contraction_roles.h"

#include <algorithm>
#include <set>

namespace landfall::analysis {

namespace {

Error refuse(const std::string &reason) {
  return {ErrorCode::unsupported, reason};
}

bool accumulates(DType type) {
  return type == DType::f32 || type == DType::f64 || type == DType::i32 ||
         type == DType::u32 || type == DType::i64 || type == DType::u64;
}

/// Collects one factor: its loads and the variables that it depends on.
class FactorReader {
public:
  FactorReader(const Kernel &kernel, const IndexSpace &space)
      : kernel_(kernel), space_(space), affine_(kernel, space),
        seen_(kernel.nodes.size()) {}

  Result<Factor> read(NodeId value) {
    factor_.value = value;
    factor_.uses.resize(space_.params.size());
    TRY(visit(value));
    return std::move(factor_);
  }

private:
  Status visit(NodeId id) {
    if (seen_[id])
      return {};
    seen_[id] = true;
    const Node &node = kernel_.nodes[id];
    switch (node.kind) {
    case NodeKind::constant:
    case NodeKind::size:
      return {};
    case NodeKind::scalar:
      if (repeats_guard(node)) {
        factor_.same_as[id] = node.args[1];
        return visit(node.args[1]);
      }
      for (NodeId argument : node.args)
        TRY(visit(argument));
      return {};
    case NodeKind::load:
      return visit_load(id, node);
    case NodeKind::param:
      if (std::find(space_.params.begin(), space_.params.end(), id) ==
          space_.params.end())
        return {};
      return refuse("a factor computes with a loop's index");
    default:
      return refuse("a factor has control flow of its own");
    }
  }

  Status visit_load(NodeId id, const Node &node) {
    size_t rank = kernel_.operands[node.index].dims.size();
    FactorLoad load{id, {}, {}};
    std::optional<Affine> offset = affine_.offset(node);
    if (!offset)
      return refuse("a factor is loaded from an index that is not affine");
    load.offset = *offset;
    note(*offset);
    if (node.args.size() > rank) {
      auto conditions = affine_.conditions(node.args[rank]);
      if (!conditions)
        return refuse("a factor's guard is not a conjunction of affine bounds");
      load.conditions = *conditions;
      for (const Affine &condition : *conditions)
        note(condition);
      TRY(visit(node.args[rank + 1]));
    }
    factor_.loads.push_back(load);
    return {};
  }

  /// select(c, x, o), where x is a load with `other` o and a guard that
  /// includes c.
  bool repeats_guard(const Node &node) {
    if (node.op != ScalarOp::select)
      return false;
    const Node &load = kernel_.nodes[node.args[1]];
    if (load.kind != NodeKind::load)
      return false;
    size_t rank = kernel_.operands[load.index].dims.size();
    if (load.args.size() <= rank ||
        !same_value(load.args[rank + 1], node.args[2]))
      return false;
    std::set<NodeId> guard = conjuncts(load.args[rank]);
    for (NodeId condition : conjuncts(node.args[0]))
      if (!guard.contains(condition))
        return false;
    return true;
  }

  std::set<NodeId> conjuncts(NodeId id) {
    const Node &node = kernel_.nodes[id];
    if (node.kind != NodeKind::scalar || node.op != ScalarOp::bit_and)
      return {id};
    std::set<NodeId> both = conjuncts(node.args[0]);
    both.merge(conjuncts(node.args[1]));
    return both;
  }

  bool same_value(NodeId a, NodeId b) {
    const Node &x = kernel_.nodes[a], &y = kernel_.nodes[b];
    return a == b ||
           (x.kind == NodeKind::constant && y.kind == NodeKind::constant &&
            x.type == y.type && x.bits == y.bits);
  }

  void note(const Affine &form) {
    for (const auto &[variable, coefficient] : form.terms)
      factor_.uses[variable] = true;
  }

  const Kernel &kernel_;
  const IndexSpace &space_;
  AffineReader affine_;
  std::vector<bool> seen_;
  Factor factor_;
};

IndexSpace index_space(const Kernel &kernel) {
  IndexSpace space{kernel.factors.params, kernel.loops};
  space.extents.insert(space.extents.end(), kernel.reduce.begin(),
                       kernel.reduce.end());
  return space;
}

bool is_one(const Extent &extent) { return extent == Extent{true, 1}; }

/// Deals the result loops out, the fastest first.
void assign_loops(ContractionRoles &roles, size_t loops) {
  bool in_n = true;
  for (uint32_t v = static_cast<uint32_t>(loops); v-- > 0;) {
    if (is_one(roles.space.extents[v]))
      continue;
    bool in_m_side = roles.m_side.uses[v], in_n_side = roles.n_side.uses[v];
    in_n &= in_n_side && !in_m_side;
    if (in_n)
      roles.n_loops.insert(roles.n_loops.begin(), v);
    else if (in_m_side && !in_n_side)
      roles.m_loops.insert(roles.m_loops.begin(), v);
    else
      roles.batch_loops.insert(roles.batch_loops.begin(), v);
  }
}

/// The last result loop of more than one point, if any.
std::optional<uint32_t> fastest_loop(const Kernel &kernel) {
  for (size_t v = kernel.loops.size(); v-- > 0;)
    if (!is_one(kernel.loops[v]))
      return static_cast<uint32_t>(v);
  return std::nullopt;
}

bool joins(const Affine &form, uint32_t outer, const LoopSpan &inner) {
  return form.coefficient(outer) ==
         form.coefficient(inner.variable) * inner.extent;
}

} // namespace

SizePolynomial
ContractionRoles::extent(const std::vector<uint32_t> &loops) const {
  SizePolynomial product(1);
  for (uint32_t variable : loops)
    product = product * SizePolynomial::of(space.extents[variable]);
  return product;
}

Result<Factor> read_factor(const Kernel &kernel, const IndexSpace &space,
                           NodeId value) {
  return FactorReader(kernel, space).read(value);
}

Result<ContractionRoles> analyze_contraction(const Kernel &kernel) {
  if (!accumulates(kernel.accumulator))
    return refuse("it does not accumulate in " +
                  std::string(name(kernel.accumulator)));
  ContractionRoles roles;
  roles.space = index_space(kernel);
  Factor a = TRY(read_factor(kernel, roles.space, kernel.factors.yields[0]));
  Factor b = TRY(read_factor(kernel, roles.space, kernel.factors.yields[1]));
  std::optional<uint32_t> fastest = fastest_loop(kernel);
  if (fastest && a.uses[*fastest] == b.uses[*fastest])
    return refuse("the fastest result loop is in both factors, or in none");
  bool b_is_n_side = !fastest || b.uses[*fastest];
  roles.m_side = b_is_n_side ? a : b;
  roles.n_side = b_is_n_side ? b : a;
  assign_loops(roles, kernel.loops.size());
  for (size_t r = 0; r < kernel.reduce.size(); ++r)
    if (!is_one(kernel.reduce[r]))
      roles.k_loops.push_back(static_cast<uint32_t>(kernel.loops.size() + r));
  return roles;
}

std::vector<LoopSpan> join_loops(const Factor &factor, const IndexSpace &space,
                                 const std::vector<uint32_t> &variables) {
  std::vector<LoopSpan> spans;
  for (size_t v = variables.size(); v-- > 0;) {
    uint32_t variable = variables[v];
    SizePolynomial extent = SizePolynomial::of(space.extents[variable]);
    auto joins_first = [&](const FactorLoad &load) {
      return joins(load.offset, variable, spans.front()) &&
             std::all_of(load.conditions.begin(), load.conditions.end(),
                         [&](const Affine &condition) {
                           return joins(condition, variable, spans.front());
                         });
    };
    if (!spans.empty() &&
        std::all_of(factor.loads.begin(), factor.loads.end(), joins_first))
      spans.front().extent = spans.front().extent * extent;
    else
      spans.insert(spans.begin(), LoopSpan{variable, extent});
  }
  return spans;
}

} // namespace landfall::analysis
