//===- product_planner.cpp - Contractions on the matrix unit --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/product_planner.h"
#include "kernel_analysis/contraction/contraction_roles.h"
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
};

/// The load that a factor is, perhaps converted to the accumulator's type. What
/// a guard leaves out must be zero.
std::optional<DirectLoad> direct_load(const Kernel &kernel,
                                      const analysis::Factor &factor) {
  NodeId id = factor.value;
  if (auto same = factor.same_as.find(id); same != factor.same_as.end())
    id = same->second;
  const Node *node = &kernel.nodes[id];
  if (node->kind == NodeKind::scalar && node->op == ScalarOp::cast) {
    id = node->args[0];
    node = &kernel.nodes[id];
  }
  if (node->kind != NodeKind::load)
    return std::nullopt;
  size_t rank = kernel.operands[node->index].dims.size();
  if (node->args.size() > rank) {
    const Node &other = kernel.nodes[node->args[rank + 1]];
    if (other.kind != NodeKind::constant || other.bits != 0)
      return std::nullopt;
  }
  return DirectLoad{id, node->type};
}

/// A factor's type, for reasons.
std::string type_text(const Kernel &kernel,
                      const std::optional<DirectLoad> &load) {
  if (load)
    return std::string(name(load->type));
  return fmt::format("computed {}", name(kernel.accumulator));
}

bool holds_exactly(DType accumulator, DType type) {
  return is_real(accumulator) == is_real(type) &&
         info(type).bits <= info(accumulator).bits;
}

/// Whether a product's operand type can be had from the factor.
bool provides(DType type, DType accumulator,
              const std::optional<DirectLoad> &load) {
  return type == accumulator ||
         (load && load->type == type && holds_exactly(accumulator, type));
}

std::optional<MatrixProduct>
choose_product(const Capabilities &capabilities, DType accumulator,
               const std::optional<DirectLoad> &left,
               const std::optional<DirectLoad> &right) {
  std::optional<MatrixProduct> best;
  for (const MatrixProduct &product : capabilities.products)
    if (product.accumulator == accumulator &&
        provides(product.left, accumulator, left) &&
        provides(product.right, accumulator, right) &&
        (!best || best->per_cycle < product.per_cycle))
      best = product;
  return best;
}

/// The side, and its load in the plan if it is direct.
SidePlan plan_side(TilePlan &plan, const analysis::Factor &factor,
                   const std::optional<DirectLoad> &load, DType type) {
  if (!load || load->type != type)
    return {factor.value};
  for (const analysis::FactorLoad &found : factor.loads)
    if (found.node == load->node) {
      LoadPlan direct{found.offset, found.conditions, no_node};
      direct.indices = indices_of(plan.kernel, plan.factors.space, load->node);
      plan.loads[load->node] = std::move(direct);
    }
  return {factor.value, load->node};
}

} // namespace

Status plan_product(TilePlan &plan, const Capabilities &capabilities) {
  const Kernel &kernel = plan.kernel;
  if (capabilities.products.empty())
    return refuse("there is no matrix unit");
  analysis::ContractionRoles roles = TRY(analysis::analyze_contraction(kernel));
  std::optional<DirectLoad> left = direct_load(kernel, roles.m_side);
  std::optional<DirectLoad> right = direct_load(kernel, roles.n_side);
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
  std::vector<NodeId> computed;
  for (const SidePlan &side : {product.left, product.right})
    if (side.load == no_node)
      computed.push_back(side.value);
  TRY(plan_scope(plan, capabilities, plan.factors, computed));
  for (SidePlan *side : {&product.left, &product.right})
    if (side->load == no_node)
      side->steps =
          list_steps(plan, kernel.factors, std::span(&side->value, 1));

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
