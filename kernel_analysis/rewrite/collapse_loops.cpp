//===- collapse_loops.cpp - Fewer, longer loops ---------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/rewrite/collapse_loops.h"

#include <algorithm>
#include <optional>

namespace landfall::analysis {

namespace {

bool is_one(const Extent &extent) {
  return extent.constant && extent.value == 1;
}

class Collapser {
public:
  explicit Collapser(Kernel kernel)
      : k_(std::move(kernel)), base_sizes_(k_.size_count) {}

  CollapsedKernel run();

private:
  template <typename F> void for_each_access(F visit);
  void drop_unit_dims();
  void drop_unit_loops();
  bool can_merge(size_t outer);
  void merge(size_t outer);
  bool uses_only_as_digits(NodeId high, NodeId low);
  std::optional<size_t> digits_at(const Node &access, NodeId high, NodeId low);
  bool same_digits(uint32_t operand, NodeId high, NodeId low);
  Extent product(const Extent &a, const Extent &b);
  size_t rank(const Node &access) const {
    return k_.operands[access.index].dims.size();
  }

  Kernel k_;
  uint32_t base_sizes_;
  std::vector<SizeProduct> products_;
};

template <typename F> void Collapser::for_each_access(F visit) {
  for (Node &node : k_.nodes)
    if (node.kind == NodeKind::load || node.kind == NodeKind::store)
      visit(node);
}

/// Drops dimensions of extent 1 and their indices.
void Collapser::drop_unit_dims() {
  for_each_access([&](Node &node) {
    const std::vector<Extent> &dims = k_.operands[node.index].dims;
    for (size_t dim = dims.size(); dim-- > 0;)
      if (is_one(dims[dim]))
        node.args.erase(node.args.begin() + dim);
  });
  for (KernelOperand &operand : k_.operands)
    std::erase_if(operand.dims, is_one);
}

void Collapser::drop_unit_loops() {
  for (size_t loop = k_.loops.size(); loop-- > 0;) {
    if (!is_one(k_.loops[loop]))
      continue;
    // Its index is the constant 0.
    NodeId param = k_.body.params[loop];
    k_.nodes[param] = {.kind = NodeKind::constant, .type = DType::i64};
    k_.body.nodes.insert(k_.body.nodes.begin(), param);
    k_.body.params.erase(k_.body.params.begin() + loop);
    k_.loops.erase(k_.loops.begin() + loop);
  }
}

/// The dimension at which the access uses the two indices, adjacent; nothing if
/// it uses them anywhere else.
std::optional<size_t> Collapser::digits_at(const Node &access, NodeId high,
                                           NodeId low) {
  std::optional<size_t> found;
  for (size_t dim = 0; dim < access.args.size(); ++dim) {
    bool is_high = access.args[dim] == high, is_low = access.args[dim] == low;
    if (!is_high && !is_low)
      continue;
    bool pair = is_high && !found && dim + 1 < rank(access) &&
                access.args[dim + 1] == low;
    if (!pair)
      return std::nullopt;
    found = dim;
    ++dim;
  }
  return found;
}

bool Collapser::uses_only_as_digits(NodeId high, NodeId low) {
  auto mentions = [&](const std::vector<NodeId> &ids) {
    return std::any_of(ids.begin(), ids.end(),
                       [&](NodeId id) { return id == high || id == low; });
  };
  for (const Node &node : k_.nodes) {
    for (const Block &block : node.blocks)
      if (mentions(block.yields))
        return false;
    bool access = node.kind == NodeKind::load || node.kind == NodeKind::store;
    if (mentions(node.args) && !(access && digits_at(node, high, low)))
      return false;
  }
  return !mentions(k_.body.yields);
}

/// All accesses to the operand have the indices at the same dimensions (or none
/// has them), the inner one spanning its dimension.
bool Collapser::same_digits(uint32_t operand, NodeId high, NodeId low) {
  std::optional<std::optional<size_t>> agreed;
  const std::vector<Extent> &dims = k_.operands[operand].dims;
  const auto &params = k_.body.params;
  size_t inner = std::find(params.begin(), params.end(), low) - params.begin();
  bool implicit = k_.kind == KernelClass::map && k_.operands[operand].written;
  if (implicit)
    agreed = std::optional<size_t>(inner - 1);
  bool good = true;
  for_each_access([&](Node &node) {
    if (node.index != operand)
      return;
    std::optional<size_t> here = digits_at(node, high, low);
    good = good && (!agreed || *agreed == here);
    agreed = here;
  });
  if (good && agreed && *agreed)
    good = dims[**agreed + 1] == k_.loops[inner];
  return good;
}

bool Collapser::can_merge(size_t outer) {
  NodeId high = k_.body.params[outer], low = k_.body.params[outer + 1];
  if (!uses_only_as_digits(high, low))
    return false;
  for (uint32_t operand = 0; operand < k_.operands.size(); ++operand)
    if (!same_digits(operand, high, low))
      return false;
  return true;
}

Extent Collapser::product(const Extent &a, const Extent &b) {
  int64_t value;
  if (a.constant && b.constant &&
      !__builtin_mul_overflow(a.value, b.value, &value))
    return {true, value};
  for (size_t k = 0; k < products_.size(); ++k)
    if (products_[k].outer == a && products_[k].inner == b)
      return {false, int64_t(base_sizes_ + k)};
  products_.push_back({a, b});
  ++k_.size_count;
  return {false, int64_t(base_sizes_ + products_.size() - 1)};
}

void Collapser::merge(size_t outer) {
  NodeId high = k_.body.params[outer], low = k_.body.params[outer + 1];
  std::vector<std::optional<size_t>> where(k_.operands.size());
  for_each_access([&](Node &node) {
    if (auto dim = digits_at(node, high, low)) {
      where[node.index] = dim;
      node.args.erase(node.args.begin() + *dim + 1);
    }
  });
  for (size_t k = 0; k < k_.operands.size(); ++k) {
    if (k_.kind == KernelClass::map && k_.operands[k].written)
      where[k] = outer;
    if (!where[k])
      continue;
    std::vector<Extent> &dims = k_.operands[k].dims;
    dims[*where[k]] = product(dims[*where[k]], dims[*where[k] + 1]);
    dims.erase(dims.begin() + *where[k] + 1);
  }
  k_.loops[outer] = product(k_.loops[outer], k_.loops[outer + 1]);
  k_.loops.erase(k_.loops.begin() + outer + 1);
  k_.body.params.erase(k_.body.params.begin() + outer + 1);
}

CollapsedKernel Collapser::run() {
  drop_unit_dims();
  drop_unit_loops();
  for (size_t outer = k_.loops.size(); outer-- > 0;)
    if (outer + 1 < k_.loops.size() && can_merge(outer))
      merge(outer);
  return {std::move(k_), std::move(products_)};
}

} // namespace

CollapsedKernel collapse_loops(Kernel kernel) {
  return Collapser(std::move(kernel)).run();
}

} // namespace landfall::analysis
