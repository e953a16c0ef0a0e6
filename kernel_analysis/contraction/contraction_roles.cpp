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
  FactorReader(const Kernel &kernel, const IndexSpace &space, PanelLoads panels)
      : kernel_(kernel), space_(space), panels_(panels), affine_(kernel, space),
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
    FactorLoad load{id, {}, {}, {}};
    std::optional<Affine> offset = affine_.offset(node);
    if (!offset && panels_ == PanelLoads::read)
      offset = read_panels(node, load);
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

  /// The value of an i64 constant.
  std::optional<int64_t> number(NodeId id) const {
    const Node &node = kernel_.nodes[id];
    return node.kind == NodeKind::constant ? std::optional(int64_t(node.bits))
                                           : std::nullopt;
  }

  /// The variable v of an index v op width; nullopt if it is none.
  std::optional<uint32_t> divided(NodeId id, ScalarOp op, int64_t width) const {
    const Node &node = kernel_.nodes[id];
    if (node.kind != NodeKind::scalar || node.op != op ||
        number(node.args[1]) != width)
      return std::nullopt;
    auto found =
        std::find(space_.params.begin(), space_.params.end(), node.args[0]);
    if (found == space_.params.end())
      return std::nullopt;
    return uint32_t(found - space_.params.begin());
  }

  /// Reads the offset of a load from panels: one index is v / width, perhaps
  /// plus a constant, and the last one v % width, of their extent; or the one
  /// before the last, which is then a place in a word.
  std::optional<Affine> read_panels(const Node &node, FactorLoad &load) {
    const std::vector<Extent> &dims = kernel_.operands[node.index].dims;
    for (size_t behind : {0u, 1u}) {
      if (dims.size() < 2 + behind)
        return std::nullopt;
      size_t lanes = dims.size() - 1 - behind;
      if (auto offset = read_panels(node, dims, lanes, load))
        return offset;
    }
    return std::nullopt;
  }

  std::optional<Affine> read_panels(const Node &node,
                                    const std::vector<Extent> &dims,
                                    size_t lanes, FactorLoad &load) {
    if (!dims[lanes].constant || !dims.back().constant)
      return std::nullopt;
    int64_t width = dims[lanes].value;
    auto lane = divided(node.args[lanes], ScalarOp::mod, width);
    for (size_t d = 0; lane && d < lanes; ++d) {
      const Node &index = kernel_.nodes[node.args[d]];
      bool is_sum = index.kind == NodeKind::scalar &&
                    index.op == ScalarOp::add && number(index.args[1]);
      NodeId panel = is_sum ? index.args[0] : node.args[d];
      if (divided(panel, ScalarOp::div, width) != lane)
        continue;
      SizePolynomial stride(1);
      for (size_t inner = d + 1; inner < dims.size(); ++inner)
        stride = stride * SizePolynomial::of(dims[inner]);
      auto offset = affine_.offset(node, {d, lanes});
      if (offset && is_sum)
        offset->constant =
            offset->constant + stride * SizePolynomial(*number(index.args[1]));
      int64_t steps = lanes + 1 == dims.size() ? 1 : dims.back().value;
      load.panels = {*lane, width, stride, steps};
      factor_.uses[*lane] = true;
      return offset;
    }
    return std::nullopt;
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
  PanelLoads panels_;
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
                           NodeId value, PanelLoads panels) {
  return FactorReader(kernel, space, panels).read(value);
}

Result<ContractionRoles> analyze_contraction(const Kernel &kernel,
                                             PanelLoads panels) {
  if (!accumulates(kernel.accumulator))
    return refuse("it does not accumulate in " +
                  std::string(name(kernel.accumulator)));
  ContractionRoles roles;
  roles.space = index_space(kernel);
  Factor a =
      TRY(read_factor(kernel, roles.space, kernel.factors.yields[0], panels));
  Factor b =
      TRY(read_factor(kernel, roles.space, kernel.factors.yields[1], panels));
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
