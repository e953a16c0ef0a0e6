//===- legalize.cpp - Kernels in a chip's own operations ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/legalize.h"
#include "tile/fold_shape.h"
#include "tile/lane_math.h"

#include <algorithm>
#include <limits>
#include <set>
#include <unordered_map>

namespace landfall::tile {

namespace {

bool is_half(DType type) { return type == DType::f16 || type == DType::bf16; }
bool is_small_integer(DType type) {
  return is_integer(type) && info(type).bits <= 16;
}

/// The type that values of another one are computed in.
std::optional<DType> home_of(DType type) {
  if (type == DType::f32 || is_half(type))
    return DType::f32;
  if (type == DType::i32 || is_small_integer(type) || type == DType::boolean)
    return DType::i32;
  return std::nullopt;
}

/// By a value converted to a narrow type: what it was converted from, where the
/// conversion is no rounding that is meant.
using WideValues = std::unordered_map<NodeId, NodeId>;

/// The operations of one block, by rules.
class Rules {
public:
  Rules(const Capabilities &capabilities, NodeBuilder builder,
        const WideValues &wide)
      : capabilities_(capabilities), b_(builder), wide_(wide) {}

  /// The value of the operation; it has one node more if no rule is for it.
  NodeId apply(ScalarOp op, DType type, std::vector<NodeId> args) {
    bool chooses = info(op).signature == ScalarSignature::choose;
    DType from = b_.type_of(args[chooses]);
    if (op == ScalarOp::cast && from == type)
      return args[0];
    if (auto wide = wide_.find(args[0]); op == ScalarOp::cast &&
                                         wide != wide_.end() &&
                                         b_.type_of(wide->second) == type)
      return wide->second;
    if (capabilities_.has(op, from, type))
      return b_.scalar(op, type, std::move(args));
    NodeId value = no_node;
    if (op == ScalarOp::cast)
      value = convert(args[0], type);
    else if (op == ScalarOp::cast_sat)
      value = clamp(args[0], type);
    else if (from == DType::boolean && op != ScalarOp::select)
      value = logic(op, args);
    else if (std::optional<DType> home = home_of(from);
             home && *home != from &&
             info(op).signature != ScalarSignature::cast)
      value = compute_in(*home, op, type, args);
    else if (from == DType::f32 || from == DType::i32)
      value = function(op, from, args);
    return value == no_node ? b_.scalar(op, type, std::move(args)) : value;
  }

private:
  bool converts(DType from, DType to) const {
    return from == to || capabilities_.has(ScalarOp::cast, from, to);
  }

  /// By way of the types that both are computed in.
  NodeId convert(NodeId value, DType to) {
    DType from = b_.type_of(value);
    if (to == DType::boolean && home_of(from))
      return apply(ScalarOp::ne, to, {value, zero(from)});
    // From i32 to i64, all is exact.
    std::optional<DType> first = home_of(from), second = home_of(to);
    if (to == DType::i64 && first == DType::i32)
      second = DType::i32;
    if (!first || !second || !converts(from, *first) ||
        !converts(*first, *second) || !converts(*second, to))
      return no_node;
    for (DType next : {*first, *second, to})
      if (b_.type_of(value) != next)
        value = b_.scalar(ScalarOp::cast, next, {value});
    return value;
  }

  NodeId zero(DType type) {
    if (!is_half(type))
      return b_.number(0, type);
    return b_.whole(0, type); // Its storage bits.
  }

  /// To narrow integers: clamped in the type that is computed in.
  NodeId clamp(NodeId value, DType to) {
    DType from = b_.type_of(value);
    if (is_half(to))
      return apply(ScalarOp::cast, to, {value});
    std::optional<DType> home = home_of(from);
    if (!home || !is_small_integer(to))
      return no_node;
    NodeId wide = apply(ScalarOp::cast, *home, {value});
    int bits = info(to).bits - is_signed_integer(to);
    int64_t most = (int64_t(1) << bits) - 1;
    int64_t least = is_signed_integer(to) ? -most - 1 : 0;
    // A NaN passes both and becomes 0.
    wide = apply(ScalarOp::max, *home, {wide, b_.number(least, *home)});
    wide = apply(ScalarOp::min, *home, {wide, b_.number(most, *home)});
    return apply(ScalarOp::cast, to, {wide});
  }

  NodeId logic(ScalarOp op, const std::vector<NodeId> &args) {
    switch (op) {
    case ScalarOp::ne:
      return apply(ScalarOp::bit_xor, DType::boolean, args);
    case ScalarOp::eq: {
      NodeId differ = apply(ScalarOp::bit_xor, DType::boolean, args);
      return apply(ScalarOp::bit_not, DType::boolean, {differ});
    }
    case ScalarOp::bit_not:
      return apply(ScalarOp::bit_xor, DType::boolean,
                   {args[0], b_.whole(1, DType::boolean)});
    case ScalarOp::lt:
    case ScalarOp::le: {
      NodeId none = apply(ScalarOp::bit_not, DType::boolean, {args[0]});
      ScalarOp join = op == ScalarOp::lt ? ScalarOp::bit_and : ScalarOp::bit_or;
      return apply(join, DType::boolean, {none, args[1]});
    }
    default:
      return no_node;
    }
  }

  NodeId compute_in(DType home, ScalarOp op, DType type,
                    const std::vector<NodeId> &args) {
    bool chooses = op == ScalarOp::select;
    DType from = b_.type_of(args[chooses]);
    if (!converts(from, home))
      return no_node;
    std::vector<NodeId> wide;
    for (size_t k = 0; k < args.size(); ++k)
      wide.push_back(
          chooses && k == 0 ? args[k] : apply(ScalarOp::cast, home, {args[k]}));
    bool tests = type == DType::boolean && from != type;
    NodeId value = apply(op, tests ? type : home, wide);
    return tests ? value : apply(ScalarOp::cast, type, {value});
  }

  NodeId function(ScalarOp op, DType type, const std::vector<NodeId> &args) {
    if (op == ScalarOp::ne) {
      NodeId equal = apply(ScalarOp::eq, DType::boolean, args);
      return apply(ScalarOp::bit_not, DType::boolean, {equal});
    }
    if (op == ScalarOp::sign) {
      NodeId x = args[0], none = b_.number(0, type);
      NodeId above = apply(ScalarOp::lt, DType::boolean, {none, x});
      NodeId below = apply(ScalarOp::lt, DType::boolean, {x, none});
      NodeId up = apply(ScalarOp::select, type, {above, b_.number(1, type), x});
      return apply(ScalarOp::select, type, {below, b_.number(-1, type), up});
    }
    if (type != DType::f32)
      return no_node;
    if (op == ScalarOp::pow)
      return power(args[0], args[1]);
    return compose(b_, op, args);
  }

  /// With an exponent that is 2, 1, 1/2 or -1.
  NodeId power(NodeId x, NodeId exponent) {
    const Node &node = b_.at(exponent);
    if (node.kind != NodeKind::constant)
      return no_node;
    float y = std::bit_cast<float>(uint32_t(node.bits));
    if (y == 2)
      return apply(ScalarOp::mul, DType::f32, {x, x});
    if (y == 1)
      return x;
    if (y == -1)
      return apply(ScalarOp::div, DType::f32, {b_.real(1), x});
    if (y != 0.5f)
      return no_node;
    // (-0)^(1/2) is 0, and (-infinity)^(1/2) infinity.
    NodeId positive = apply(ScalarOp::add, DType::f32, {x, b_.real(0)});
    NodeId root = apply(ScalarOp::sqrt, DType::f32, {positive});
    constexpr double infinity = std::numeric_limits<double>::infinity();
    NodeId least = apply(ScalarOp::eq, DType::boolean, {x, b_.real(-infinity)});
    return apply(ScalarOp::select, DType::f32,
                 {least, b_.real(infinity), root});
  }

  const Capabilities &capabilities_;
  NodeBuilder b_;
  const WideValues &wide_;
};

class Legalizer {
public:
  Legalizer(Kernel &kernel, const Capabilities &capabilities)
      : kernel_(kernel), capabilities_(capabilities),
        replaced_(kernel.nodes.size(), no_node) {}

  void run(Block &block) {
    std::vector<NodeId> list;
    run(block, list);
  }

private:
  /// `list` has what precedes the block's nodes.
  void run(Block &block, std::vector<NodeId> &list) {
    for (NodeId id : block.nodes)
      visit(id, list);
    rename(block.yields);
    block.nodes = std::move(list);
  }

  void rename(std::vector<NodeId> &ids) const {
    for (NodeId &id : ids)
      if (id < replaced_.size() && replaced_[id] != no_node)
        id = replaced_[id];
  }

  NodeId apply(ScalarOp op, DType type, std::vector<NodeId> args,
               std::vector<NodeId> &list) {
    return Rules(capabilities_, NodeBuilder(kernel_, list), wide_)
        .apply(op, type, std::move(args));
  }

  void visit(NodeId id, std::vector<NodeId> &list) {
    rename(kernel_.nodes[id].args);
    Node node = kernel_.nodes[id]; // By value: nodes are added.
    if (node.kind == NodeKind::scalar && changes(node)) {
      list.push_back(id); // Each node is in a block.
      replaced_[id] = apply(node.op, node.type, node.args, list);
      forget(id);
      return;
    }
    DType narrow = node.type;
    if (node.kind == NodeKind::loop)
      visit_loop(id, node, list);
    else
      for (Block &block : node.blocks)
        run(block);
    bool of_wide = node.kind == NodeKind::result &&
                   widened_.contains({node.args[0], node.index});
    if (of_wide)
      node.type = *home_of(narrow);
    kernel_.nodes[id] = std::move(node);
    list.push_back(id);
    if (of_wide)
      replaced_[id] = apply(ScalarOp::cast, narrow, {id}, list);
  }

  /// What nothing uses any more is no use of others.
  void forget(NodeId id) {
    kernel_.nodes[id] = {.kind = NodeKind::constant,
                         .type = kernel_.nodes[id].type};
  }

  /// 64-bit arithmetic is of indices: it is left to the planner.
  bool changes(const Node &node) const {
    bool chooses = info(node.op).signature == ScalarSignature::choose;
    DType from = kernel_.nodes[node.args[chooses]].type;
    return !capabilities_.has(node.op, from, node.type) &&
           home_of(from).has_value();
  }

  /// Whether the fold joins value `c`, of a type that is computed in a wider
  /// one, with elements: then the wider one can be carried.
  bool carries_narrow(const Node &loop, uint32_t c) const {
    const Block &block = loop.blocks[0];
    NodeId carried = block.params[c + 1];
    DType type = kernel_.nodes[carried].type;
    std::optional<DType> home = home_of(type);
    if (!home || *home == type || type == DType::boolean ||
        count_uses(kernel_, block, carried) != 1)
      return false;
    const Node &step = kernel_.nodes[block.yields[c]];
    if (step.kind == NodeKind::result) {
      const Node &inner = kernel_.nodes[step.args[0]];
      return inner.kind == NodeKind::loop &&
             inner.args[2 + step.index] == carried &&
             carries_narrow(inner, step.index);
    }
    constexpr ScalarOp joins[] = {ScalarOp::add, ScalarOp::sub, ScalarOp::mul,
                                  ScalarOp::min, ScalarOp::max, ScalarOp::fma};
    return step.kind == NodeKind::scalar &&
           std::ranges::find(joins, step.op) != std::end(joins) &&
           std::ranges::find(step.args, carried) != step.args.end();
  }

  void visit_loop(NodeId id, Node &loop, std::vector<NodeId> &list) {
    Block &block = loop.blocks[0];
    std::vector<uint32_t> wide;
    for (uint32_t c = 0; c < block.yields.size(); ++c)
      if (carries_narrow(loop, c))
        wide.push_back(c);
    std::vector<NodeId> inside;
    for (uint32_t c : wide) {
      widen(loop, c, list, inside);
      widened_.insert({id, c});
    }
    const std::vector<NodeId> as_before = inside;
    run(block, inside);
    for (uint32_t c : wide)
      widen_yield(block, c);
    for (NodeId value : as_before)
      if (count_uses(kernel_, block, value) == 0)
        forget(value);
  }

  void widen(Node &loop, uint32_t c, std::vector<NodeId> &list,
             std::vector<NodeId> &inside) {
    NodeId carried = loop.blocks[0].params[c + 1];
    DType type = kernel_.nodes[carried].type, home = *home_of(type);
    NodeId &init = loop.args[2 + c];
    init = apply(ScalarOp::cast, home, {init}, list);
    kernel_.nodes[carried].type = home;
    NodeId as_before = apply(ScalarOp::cast, type, {carried}, inside);
    replaced_[carried] = as_before;
    wide_[as_before] = carried;
  }

  /// What was rounded to the narrow type last is yielded as it was.
  void widen_yield(Block &block, uint32_t c) {
    NodeId &yield = block.yields[c];
    DType home = kernel_.nodes[block.params[c + 1]].type;
    const Node &step = kernel_.nodes[yield];
    bool casts = step.kind == NodeKind::scalar && step.op == ScalarOp::cast &&
                 kernel_.nodes[step.args[0]].type == home;
    yield = casts ? step.args[0]
                  : apply(ScalarOp::cast, home, {yield}, block.nodes);
  }

  Kernel &kernel_;
  const Capabilities &capabilities_;
  std::vector<NodeId> replaced_;
  std::set<std::pair<NodeId, uint32_t>> widened_; ///< Loops, their values.
  WideValues wide_;
};

} // namespace

Kernel legalize(Kernel kernel, const Capabilities &capabilities) {
  Block factors = kernel.factors, body = kernel.body;
  Legalizer legalizer(kernel, capabilities);
  legalizer.run(factors);
  legalizer.run(body);
  kernel.factors = std::move(factors);
  kernel.body = std::move(body);
  return kernel;
}

} // namespace landfall::tile
