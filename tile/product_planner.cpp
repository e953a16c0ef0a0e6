//===- product_planner.cpp - Contractions on the matrix unit --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/product_planner.h"
#include "kernel_analysis/contraction/contraction_roles.h"
#include "tile/node_builder.h"
#include "tile/scope_planner.h"
#include "tile/step_lists.h"

#include <algorithm>
#include <fmt/format.h>

namespace landfall::tile {

namespace {

Error refuse(std::string reason) {
  return {ErrorCode::unsupported, std::move(reason)};
}

/// A load whose elements can be the unit's operand.
struct DirectLoad {
  NodeId node = no_node;
  DType type = DType::f32;
  NodeId other = no_node; ///< SidePlan::other.
  NodeId zero = no_node;  ///< SidePlan::zero.
};

bool is_scalar(const Node &node, ScalarOp op) {
  return node.kind == NodeKind::scalar && node.op == op;
}

/// Whether the value is a constant, or loaded from an operand of one element.
bool is_one_value(const Kernel &kernel, NodeId id) {
  const Node &node = kernel.nodes[id];
  return node.kind == NodeKind::constant ||
         (node.kind == NodeKind::load && node.args.empty());
}

/// The load that a factor is, perhaps converted to the accumulator's type.
std::optional<DirectLoad>
direct_load(const Kernel &kernel, const analysis::Factor &factor, NodeId id) {
  if (auto same = factor.same_as.find(id); same != factor.same_as.end())
    id = same->second;
  const Node *node = &kernel.nodes[id];
  if (is_scalar(*node, ScalarOp::cast)) {
    id = node->args[0];
    node = &kernel.nodes[id];
  }
  if (node->kind != NodeKind::load)
    return std::nullopt;
  DirectLoad load{id, node->type};
  size_t rank = kernel.operands[node->index].dims.size();
  if (node->args.size() > rank) {
    NodeId other = node->args[rank + 1];
    if (!is_one_value(kernel, other))
      return std::nullopt;
    const Node &value = kernel.nodes[other];
    if (value.kind != NodeKind::constant || value.bits != 0)
      load.other = other;
  }
  return load;
}

/// Such a load, or one minus a zero point, of which the sums can be made
/// without it: integers wrap.
std::optional<DirectLoad> direct_load(const Kernel &kernel,
                                      const Capabilities &capabilities,
                                      const analysis::ContractionRoles &roles,
                                      const analysis::Factor &factor) {
  const Node &value = kernel.nodes[factor.value];
  constexpr DType i32 = DType::i32;
  if (!is_scalar(value, ScalarOp::sub) || kernel.accumulator != i32 ||
      !capabilities.has(ScalarOp::mul, i32, i32))
    return direct_load(kernel, factor, factor.value);
  auto zero = analysis::read_factor(kernel, roles.space, value.args[1]);
  auto is_used = [&](uint32_t v) { return zero->uses[v]; };
  if (!zero || std::ranges::any_of(roles.k_loops, is_used))
    return std::nullopt;
  std::optional<DirectLoad> load = direct_load(kernel, factor, value.args[0]);
  if (load)
    load->zero = value.args[1];
  return load;
}

/// A factor's type, for reasons.
std::string type_text(const Kernel &kernel,
                      const std::optional<DirectLoad> &load) {
  if (load)
    return fmt::format("{}{}", load->zero == no_node ? "" : "shifted ",
                       name(load->type));
  return fmt::format("computed {}", name(kernel.accumulator));
}

bool holds_exactly(DType accumulator, DType type) {
  return is_real(accumulator) == is_real(type) &&
         info(type).bits <= info(accumulator).bits;
}

/// How an operand of a type is had from a factor, the best first.
enum class Provision : uint8_t {
  as_it_is,
  lowered, ///< Of an u8, minus 128 in an i8: a zero point of -128.
  none,
};

bool lowers(const Capabilities &capabilities) {
  constexpr DType i32 = DType::i32;
  return capabilities.has(ScalarOp::mul, i32, i32) &&
         capabilities.has(ScalarOp::sub, i32, i32) &&
         capabilities.has(ScalarOp::cast, DType::u8, i32) &&
         capabilities.has(ScalarOp::cast, i32, DType::i8);
}

Provision provision(const Capabilities &capabilities, DType type,
                    DType accumulator, const std::optional<DirectLoad> &load) {
  if (type == accumulator ||
      (load && load->type == type && holds_exactly(accumulator, type)))
    return Provision::as_it_is;
  bool lowered = load && load->type == DType::u8 && type == DType::i8 &&
                 accumulator == DType::i32 && lowers(capabilities);
  return lowered ? Provision::lowered : Provision::none;
}

std::optional<MatrixProduct>
choose_product(const Capabilities &capabilities, DType accumulator,
               const std::optional<DirectLoad> &left,
               const std::optional<DirectLoad> &right) {
  std::optional<MatrixProduct> best;
  int fewest = 0; // That are lowered.
  for (const MatrixProduct &product : capabilities.products) {
    Provision sides[] = {
        provision(capabilities, product.left, accumulator, left),
        provision(capabilities, product.right, accumulator, right)};
    if (product.accumulator != accumulator ||
        std::ranges::find(sides, Provision::none) != std::end(sides))
      continue;
    int lowered = int(std::ranges::count(sides, Provision::lowered));
    if (best && std::pair(-best->per_cycle, fewest) <=
                    std::pair(-product.per_cycle, lowered))
      continue;
    best = product;
    fewest = lowered;
  }
  return best;
}

/// The load minus 128, computed; its zero point is as much less.
SidePlan lowered_side(TilePlan &plan, const DirectLoad &load) {
  Kernel &kernel = plan.kernel;
  NodeBuilder b(kernel, kernel.factors.nodes);
  auto lowered = [&](NodeId value) {
    return b.scalar(ScalarOp::sub, DType::i32,
                    {value, b.whole(128, DType::i32)});
  };
  NodeId wide = b.scalar(ScalarOp::cast, DType::i32, {load.node});
  SidePlan side{b.scalar(ScalarOp::cast, DType::i8, {lowered(wide)})};
  side.zero = load.zero == no_node ? b.whole(uint32_t(-128), DType::i32)
                                   : lowered(load.zero);
  plan.kinds.resize(kernel.nodes.size(), ValueKind::unused);
  plan.uses.resize(kernel.nodes.size());
  return side;
}

/// The side, and its load in the plan if it is direct.
SidePlan plan_side(TilePlan &plan, const analysis::Factor &factor,
                   const std::optional<DirectLoad> &load, DType type) {
  if (load && load->type == DType::u8 && type == DType::i8)
    return lowered_side(plan, *load);
  if (!load || load->type != type)
    return {factor.value};
  for (const analysis::FactorLoad &found : factor.loads)
    if (found.node == load->node) {
      LoadPlan direct{found.offset, found.conditions, load->other};
      direct.indices = indices_of(plan.kernel, plan.factors.space, load->node);
      plan.loads[load->node] = std::move(direct);
    }
  SidePlan side{factor.value, load->node};
  side.other = load->other;
  side.zero = load->zero;
  return side;
}

/// What has to be computed of a side, in the factors' scope.
std::vector<NodeId> computed_of(const SidePlan &side) {
  std::vector<NodeId> values;
  if (side.load == no_node)
    values.push_back(side.value);
  for (NodeId value : {side.other, side.zero})
    if (value != no_node)
      values.push_back(value);
  return values;
}

void list_side_steps(const TilePlan &plan, SidePlan &side) {
  auto steps_of = [&](NodeId value) {
    return list_steps(plan, plan.kernel.factors, std::span(&value, 1));
  };
  if (side.load == no_node)
    side.steps = steps_of(side.value);
  if (side.other != no_node)
    side.other_steps = steps_of(side.other);
  if (side.zero != no_node)
    side.zero_steps = steps_of(side.zero);
}

} // namespace

Status plan_product(TilePlan &plan, const Capabilities &capabilities) {
  const Kernel &kernel = plan.kernel;
  if (capabilities.products.empty())
    return refuse("there is no matrix unit");
  analysis::ContractionRoles roles = TRY(analysis::analyze_contraction(kernel));
  std::optional<DirectLoad> left =
      direct_load(kernel, capabilities, roles, roles.m_side);
  std::optional<DirectLoad> right =
      direct_load(kernel, capabilities, roles, roles.n_side);
  std::optional<MatrixProduct> types =
      choose_product(capabilities, kernel.accumulator, left, right);
  if (!types)
    return refuse(
        fmt::format("the matrix unit has no products of {} and {} in {}",
                    type_text(kernel, left), type_text(kernel, right),
                    name(kernel.accumulator)));
  ProductPlan product;
  product.types = *types;
  product.batch = roles.batch_loops;
  product.rows = roles.m_loops;
  product.columns = roles.n_loops;
  product.depth = roles.k_loops;
  plan.factors.space = roles.space;
  product.left = plan_side(plan, roles.m_side, left, types->left);
  product.right = plan_side(plan, roles.n_side, right, types->right);
  std::vector<NodeId> computed = computed_of(product.left);
  for (NodeId value : computed_of(product.right))
    computed.push_back(value);
  TRY(plan_scope(plan, capabilities, plan.factors, computed));
  for (SidePlan *side : {&product.left, &product.right})
    list_side_steps(plan, *side);

  size_t loops = kernel.loops.size();
  product.sum = kernel.body.params[loops];
  plan.kinds[product.sum] = ValueKind::array;
  for (uint32_t v = 0; v < loops; ++v)
    plan.uses[product.sum] |= bit(v);
  plan.body.space = {{kernel.body.params.begin(),
                      kernel.body.params.begin() + ptrdiff_t(loops)},
                     kernel.loops};
  plan.product = std::move(product);
  TRY(plan_scope(plan, capabilities, plan.body, kernel.body.yields));
  plan.steps = list_steps(plan, kernel.body, kernel.body.yields);
  return {};
}

} // namespace landfall::tile
