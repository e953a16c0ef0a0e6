//===- collapse_loops.cpp - Fewer, longer loops ---------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/rewrite/collapse_loops.h"

#include <algorithm>
#include <functional>
#include <optional>

namespace landfall::analysis {

namespace {

bool is_one(const Extent &extent) {
  return extent.constant && extent.value == 1;
}

bool mentions(const Node &node, NodeId id) {
  auto has = [&](const std::vector<NodeId> &ids) {
    return std::ranges::find(ids, id) != ids.end();
  };
  return has(node.args) ||
         std::ranges::any_of(node.blocks, [&](const Block &block) {
           return has(block.yields);
         });
}

/// Two indices that may be the digits of one number: of adjacent parallel loops
/// or of a nest of two folds.
struct Digits {
  NodeId high, low;
  Extent outer, inner;   ///< How many values each has.
  size_t loop = 0;       ///< Parallel: the outer loop's number.
  NodeId fold = no_node; ///< The outer fold.
  NodeId nested = no_node;
};

/// Where an operand has digits: dimensions `dim` and `dim` + 1.
struct Slot {
  uint32_t operand;
  size_t dim;
  friend bool operator==(const Slot &, const Slot &) = default;
};

class Collapser {
public:
  explicit Collapser(Kernel kernel)
      : k_(std::move(kernel)), base_sizes_(k_.size_count) {}

  CollapsedKernel run();

private:
  template <typename F> void for_each_access(F visit);
  void drop_unit_dims();
  void drop_unit_loops();
  std::vector<Digits> candidates();
  std::optional<Digits> nest(NodeId fold);
  const Digits *find(NodeId high, NodeId low);
  std::optional<size_t> digits_at(const Node &access, NodeId high, NodeId low);
  bool add_pair(const Digits &pair);
  bool add_slot(const Slot &slot, const Digits &pair);
  bool close_over(const Digits &first);
  void merge();
  void merge_nest(const Digits &nest);
  Block *block_of(NodeId node, Block &within);
  Extent product(const Extent &a, const Extent &b);
  NodeId extent_node(const Extent &extent);
  size_t rank(const Node &access) const {
    return k_.operands[access.index].dims.size();
  }
  bool is_implicit(uint32_t operand) const {
    return k_.kind == KernelClass::map && k_.operands[operand].written;
  }

  Kernel k_;
  uint32_t base_sizes_;
  std::vector<SizeProduct> products_;
  std::vector<Digits> known_; ///< All candidates.
  std::vector<Digits> pairs_; ///< Those that are merged together ...
  std::vector<Slot> slots_;   ///< ... and where they are used.
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

/// The digits of a fold whose body is another fold and nothing else.
std::optional<Digits> Collapser::nest(NodeId fold) {
  const Node &outer = k_.nodes[fold];
  if (outer.kind != NodeKind::loop)
    return std::nullopt;
  const Block &block = outer.blocks[0];
  NodeId nested = no_node;
  for (NodeId id : block.nodes) {
    NodeKind kind = k_.nodes[id].kind;
    if (kind == NodeKind::loop && nested == no_node)
      nested = id;
    else if (kind != NodeKind::constant && kind != NodeKind::size &&
             kind != NodeKind::result)
      return std::nullopt;
  }
  if (nested == no_node)
    return std::nullopt;
  const Node &inner = k_.nodes[nested];
  // All that the outer fold carries goes through the inner one.
  size_t carried = block.params.size() - 1;
  if (!std::equal(inner.args.begin() + 2, inner.args.end(),
                  block.params.begin() + 1, block.params.end()))
    return std::nullopt;
  for (size_t k = 0; k < carried; ++k) {
    const Node &yield = k_.nodes[block.yields[k]];
    if (yield.kind != NodeKind::result || yield.args[0] != nested ||
        yield.index != k)
      return std::nullopt;
    for (const Node &node : k_.nodes)
      if (&node != &inner && mentions(node, block.params[k + 1]))
        return std::nullopt;
  }
  auto extent = [&](const Node &loop) -> std::optional<Extent> {
    const Node &low = k_.nodes[loop.args[0]], &high = k_.nodes[loop.args[1]];
    if (low.kind != NodeKind::constant || low.bits != 0)
      return std::nullopt;
    if (high.kind == NodeKind::constant && int64_t(high.bits) >= 0)
      return Extent{true, int64_t(high.bits)};
    if (high.kind == NodeKind::size)
      return Extent{false, int64_t(high.index)};
    return std::nullopt;
  };
  auto a = extent(outer), b = extent(inner);
  if (!a || !b)
    return std::nullopt;
  return Digits{block.params[0], inner.blocks[0].params[0], *a, *b, 0, fold,
                nested};
}

std::vector<Digits> Collapser::candidates() {
  std::vector<Digits> found;
  for (size_t loop = k_.loops.size(); loop-- > 0;)
    if (loop + 1 < k_.loops.size())
      found.push_back({k_.body.params[loop], k_.body.params[loop + 1],
                       k_.loops[loop], k_.loops[loop + 1], loop});
  for (NodeId id = 0; id < k_.nodes.size(); ++id)
    if (auto digits = nest(id))
      found.push_back(*digits);
  return found;
}

const Digits *Collapser::find(NodeId high, NodeId low) {
  auto found = std::ranges::find_if(known_, [&](const Digits &pair) {
    return pair.high == high && pair.low == low;
  });
  return found == known_.end() ? nullptr : &*found;
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

/// Adds the pair and all that it takes along; false if that is impossible.
bool Collapser::add_pair(const Digits &pair) {
  for (const Digits &other : pairs_) {
    if (other.high == pair.high && other.low == pair.low)
      return true;
    if (other.high == pair.low || other.low == pair.high)
      return false; // The middle one of three digits.
  }
  pairs_.push_back(pair);
  for (const Node &node : k_.nodes) {
    if (!mentions(node, pair.high) && !mentions(node, pair.low))
      continue;
    if (node.kind != NodeKind::load && node.kind != NodeKind::store)
      return false;
    auto dim = digits_at(node, pair.high, pair.low);
    if (!dim || !add_slot({node.index, *dim}, pair))
      return false;
  }
  for (NodeId id : k_.body.yields)
    if (id == pair.high || id == pair.low)
      return false;
  if (pair.fold == no_node)
    for (uint32_t operand = 0; operand < k_.operands.size(); ++operand)
      if (is_implicit(operand) && !add_slot({operand, pair.loop}, pair))
        return false;
  return true;
}

/// All accesses to the operand have pairs there, the inner index spanning its
/// dimension.
bool Collapser::add_slot(const Slot &slot, const Digits &pair) {
  const std::vector<Extent> &dims = k_.operands[slot.operand].dims;
  if (dims[slot.dim + 1] != pair.inner)
    return false;
  for (const Slot &other : slots_) {
    if (other == slot)
      return true;
    if (other.operand == slot.operand &&
        (other.dim == slot.dim + 1 || slot.dim == other.dim + 1))
      return false;
  }
  slots_.push_back(slot);
  auto add = [&](NodeId high, NodeId low) {
    const Digits *there = find(high, low);
    return there && there->inner == pair.inner && add_pair(*there);
  };
  if (is_implicit(slot.operand) &&
      !add(k_.body.params[slot.dim], k_.body.params[slot.dim + 1]))
    return false;
  for (const Node &node : k_.nodes)
    if ((node.kind == NodeKind::load || node.kind == NodeKind::store) &&
        node.index == slot.operand &&
        !add(node.args[slot.dim], node.args[slot.dim + 1]))
      return false;
  return true;
}

bool Collapser::close_over(const Digits &first) {
  pairs_.clear();
  slots_.clear();
  return add_pair(first);
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

NodeId Collapser::extent_node(const Extent &extent) {
  Node node;
  node.kind = extent.constant ? NodeKind::constant : NodeKind::size;
  if (extent.constant)
    node.bits = uint64_t(extent.value);
  else
    node.index = uint32_t(extent.value);
  k_.nodes.push_back(std::move(node));
  return NodeId(k_.nodes.size() - 1);
}

Block *Collapser::block_of(NodeId node, Block &within) {
  for (NodeId id : within.nodes) {
    if (id == node)
      return &within;
    for (Block &inner : k_.nodes[id].blocks)
      if (Block *found = block_of(node, inner))
        return found;
  }
  return nullptr;
}

/// The outer fold gets the inner one's body; what stood between the two are
/// constants and sizes, and stands before it.
void Collapser::merge_nest(const Digits &nest) {
  NodeId extent = extent_node(product(nest.outer, nest.inner));
  std::vector<NodeId> before = {extent};
  for (NodeId id : k_.nodes[nest.fold].blocks[0].nodes) {
    NodeKind kind = k_.nodes[id].kind;
    if (kind == NodeKind::constant || kind == NodeKind::size)
      before.push_back(id);
    else if (kind == NodeKind::result)
      k_.nodes[id] = {.kind = NodeKind::constant, .type = DType::i64};
  }
  Block body = std::move(k_.nodes[nest.nested].blocks[0]);
  body.params[0] = nest.high;
  k_.nodes[nest.nested] = {.kind = NodeKind::constant, .type = DType::i64};
  k_.nodes[nest.fold].blocks[0] = std::move(body);
  k_.nodes[nest.fold].args[1] = extent;
  Block *around = block_of(nest.fold, k_.body);
  around->nodes.insert(std::ranges::find(around->nodes, nest.fold),
                       before.begin(), before.end());
}

/// The higher index becomes the number. From the last dimension and loop on, as
/// numbers behind what is erased change.
void Collapser::merge() {
  std::ranges::sort(slots_, std::greater(), &Slot::dim);
  std::ranges::sort(pairs_, std::greater(), &Digits::loop);
  for_each_access([&](Node &node) {
    for (const Slot &slot : slots_)
      if (slot.operand == node.index)
        for (const Digits &pair : pairs_)
          if (digits_at(node, pair.high, pair.low) == slot.dim)
            node.args.erase(node.args.begin() + slot.dim + 1);
  });
  for (const Slot &slot : slots_) {
    std::vector<Extent> &dims = k_.operands[slot.operand].dims;
    dims[slot.dim] = product(dims[slot.dim], dims[slot.dim + 1]);
    dims.erase(dims.begin() + slot.dim + 1);
  }
  for (const Digits &pair : pairs_) {
    if (pair.fold != no_node) {
      merge_nest(pair);
      continue;
    }
    k_.loops[pair.loop] = product(pair.outer, pair.inner);
    k_.loops.erase(k_.loops.begin() + pair.loop + 1);
    k_.body.params.erase(k_.body.params.begin() + pair.loop + 1);
  }
}

CollapsedKernel Collapser::run() {
  drop_unit_dims();
  drop_unit_loops();
  bool merged = k_.kind != KernelClass::contraction;
  while (merged) {
    known_ = candidates();
    auto first = std::ranges::find_if(
        known_, [&](const Digits &pair) { return close_over(pair); });
    merged = first != known_.end();
    if (merged)
      merge();
  }
  return {std::move(k_), std::move(products_)};
}

} // namespace

CollapsedKernel collapse_loops(Kernel kernel) {
  return Collapser(std::move(kernel)).run();
}

} // namespace landfall::analysis
