//===- kernel_verify.cpp - The structural promises of a kernel ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/kernel.h"
#include "package/node_rules.h"

#include <fmt/format.h>

namespace landfall {
namespace {

constexpr int deepest_nesting = 200; ///< Keeps recursion within any stack.
constexpr size_t max_dims = 255;

class Verifier {
public:
  explicit Verifier(const Kernel &kernel)
      : kernel_(kernel), states_(kernel.nodes.size(), State::unseen) {}

  Status run() {
    TRY(enumerators());
    TRY(header());
    for (size_t i = 0; i < kernel_.operands.size(); ++i)
      TRY(operand(i));
    TRY(extents(kernel_.loops, "the loop space"));
    TRY(extents(kernel_.reduce, "the reduction"));
    TRY(kernel_class());
    for (NodeId id = 0; id < states_.size(); ++id)
      TRY(require(states_[id] != State::unseen, "node %{} is in no block", id));
    return {};
  }

private:
  enum class State : uint8_t { unseen, visible, closed };

  template <typename... Args>
  Status require(bool holds, fmt::format_string<Args...> what,
                 Args &&...args) const {
    if (holds)
      return {};
    return Error{ErrorCode::invalid_package,
                 fmt::format("kernel '{}': {}", kernel_.name,
                             fmt::format(what, std::forward<Args>(args)...))};
  }

  //===--- Everything but the nodes ---------------------------------------===//

  /// Checked first, as tables are indexed by these values.
  Status enumerators() const {
    bool legal = kernel_.kind <= KernelClass::loops &&
                 int(kernel_.accumulator) < dtype_count();
    for (const KernelOperand &operand : kernel_.operands)
      legal &= int(operand.dtype) < dtype_count();
    for (const Node &node : kernel_.nodes)
      legal &= node.kind <= NodeKind::check && int(node.type) < dtype_count() &&
               int(node.op) < scalar_op_count();
    for (const KernelCheck &check : kernel_.checks)
      legal &= check.code >= ErrorCode::invalid_argument &&
               check.code <= ErrorCode::internal;
    return require(legal, "has an unknown kind, type or operation");
  }

  Status header() const {
    TRY(require(!kernel_.name.empty(), "has no name"));
    for (char c : kernel_.name)
      TRY(require((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                      (c >= 'A' && c <= 'Z') || c == '_',
                  "its name has other characters than letters, digits, '_'"));
    return {};
  }

  Status operand(size_t number) const {
    const KernelOperand &operand = kernel_.operands[number];
    TRY(require(holds_numbers(operand.dtype),
                "operand {} is a {}, on which kernels do not compute", number,
                name(operand.dtype)));
    TRY(require(operand.read || operand.written, "operand {} has no use",
                number));
    TRY(require(!operand.constant || !operand.written,
                "operand {} is constant and written", number));
    bool follows_written = number && kernel_.operands[number - 1].written;
    TRY(require(operand.written || !follows_written,
                "operand {} is an input behind a written one", number));
    TRY(extents(operand.dims, "an operand"));
    int64_t bytes = size_of(operand.dtype);
    for (const Extent &dim : operand.dims)
      if (dim.constant && dim.value != 0)
        TRY(require(!__builtin_mul_overflow(bytes, dim.value, &bytes),
                    "operand {} is too large", number));
    return {};
  }

  Status extents(const std::vector<Extent> &dims, const char *who) const {
    TRY(require(dims.size() <= max_dims, "{} has too many dimensions", who));
    for (const Extent &dim : dims)
      TRY(require(dim.value >= 0 &&
                      (dim.constant || dim.value < kernel_.size_count),
                  "{} has an illegal extent", who));
    return {};
  }

  //===--- The classes ----------------------------------------------------===//

  Status kernel_class() {
    bool contracts = kernel_.kind == KernelClass::contraction;
    if (contracts)
      TRY(factors());
    else
      TRY(require(kernel_.reduce.empty() && is_empty(kernel_.factors),
                  "has a reduction but is no contraction"));
    std::vector<DType> params(kernel_.loops.size(), DType::i64);
    if (contracts)
      params.push_back(kernel_.accumulator);
    std::vector<DType> yields;
    if (kernel_.kind != KernelClass::loops)
      yields = TRY(output_types());
    return block(kernel_.body, params, yields, "the body");
  }

  Status factors() {
    DType type = kernel_.accumulator;
    TRY(require(is_real(type) || is_integer(type),
                "accumulates a {}, which is no number", name(type)));
    std::vector<DType> params(kernel_.loops.size() + kernel_.reduce.size(),
                              DType::i64);
    return block(kernel_.factors, params, {type, type}, "the factors");
  }

  Result<std::vector<DType>> output_types() const {
    std::vector<DType> types;
    for (const KernelOperand &operand : kernel_.operands) {
      if (!operand.written)
        continue;
      TRY(require(operand.dims == kernel_.loops,
                  "has an output whose extents are not the loops'"));
      types.push_back(operand.dtype);
    }
    return types;
  }

  static bool is_empty(const Block &block) {
    return block.params.empty() && block.nodes.empty() && block.yields.empty();
  }

  //===--- Blocks ---------------------------------------------------------===//

  Status block(const Block &block, const std::vector<DType> &params,
               const std::vector<DType> &yields, std::string_view who) {
    TRY(require(++depth_ <= deepest_nesting, "is nested too deeply"));
    TRY(open_params(block, params, who));
    for (NodeId id : block.nodes) {
      TRY(require(id < kernel_.nodes.size() &&
                      kernel_.nodes[id].kind != NodeKind::param,
                  "{} lists %{}, which is no step", who, id));
      TRY(check_node(id));
      TRY(open(id));
    }
    TRY(require(block.yields.size() == yields.size(),
                "{} yields {} values instead of {}", who, block.yields.size(),
                yields.size()));
    for (size_t i = 0; i < yields.size(); ++i)
      TRY(require(is_visible(block.yields[i]) &&
                      kernel_.nodes[block.yields[i]].type == yields[i],
                  "value {} that {} yields is not a {}", i, who,
                  name(yields[i])));
    for (NodeId id : block.params)
      states_[id] = State::closed;
    for (NodeId id : block.nodes)
      states_[id] = State::closed;
    --depth_;
    return {};
  }

  Status open_params(const Block &block, const std::vector<DType> &types,
                     std::string_view who) {
    TRY(require(block.params.size() == types.size(),
                "{} has {} parameters instead of {}", who, block.params.size(),
                types.size()));
    for (size_t i = 0; i < types.size(); ++i) {
      NodeId id = block.params[i];
      TRY(require(id < kernel_.nodes.size() &&
                      kernel_.nodes[id].kind == NodeKind::param &&
                      kernel_.nodes[id].type == types[i],
                  "parameter {} of {} is not a {}", i, who, name(types[i])));
      TRY(open(id));
    }
    return {};
  }

  Status open(NodeId id) {
    TRY(require(states_[id] == State::unseen, "node %{} is in two places", id));
    states_[id] = State::visible;
    return {};
  }

  /// Checks that the node has a single value and dominates the current
  /// position.
  bool is_visible(NodeId id) const {
    return id < states_.size() && states_[id] == State::visible &&
           has_value(kernel_.nodes[id].kind);
  }

  //===--- Nodes ----------------------------------------------------------===//

  Status check_node(NodeId id) {
    const Node &node = kernel_.nodes[id];
    // Also stops a block that contains its own owner.
    TRY(require(states_[id] == State::unseen, "node %{} is in two places", id));
    for (NodeId arg : node.args) {
      bool visible =
          node.kind == NodeKind::result
              ? arg < states_.size() && states_[arg] == State::visible
              : is_visible(arg);
      TRY(require(visible, "node %{} ({}) uses %{}, which is no value here", id,
                  name_of(node.kind), arg));
    }
    std::string fault = find_fault(kernel_, node);
    TRY(require(fault.empty(), "node %{} ({}) {}", id, name_of(node.kind),
                fault));
    switch (node.kind) {
    case NodeKind::loop:
      return loop(id, node);
    case NodeKind::loop_while:
      return loop_while(id, node);
    case NodeKind::branch:
      return branch(id, node);
    default:
      return require(node.blocks.empty(), "node %{} must not have blocks", id);
    }
  }

  DType type_of(const Node &node, size_t arg) const {
    return kernel_.nodes[node.args[arg]].type;
  }

  std::vector<DType> carried_types(const Node &node, size_t first) const {
    std::vector<DType> types;
    for (size_t i = first; i < node.args.size(); ++i)
      types.push_back(type_of(node, i));
    return types;
  }

  Status loop(NodeId id, const Node &node) {
    TRY(require(node.args.size() >= 2 && node.blocks.size() == 1 &&
                    type_of(node, 0) == DType::i64 &&
                    type_of(node, 1) == DType::i64,
                "loop %{} lacks its bounds or its body", id));
    std::vector<DType> carried = carried_types(node, 2);
    std::vector<DType> params = carried;
    params.insert(params.begin(), DType::i64);
    return enter(id, node, 0, params, carried);
  }

  Status loop_while(NodeId id, const Node &node) {
    TRY(require(node.blocks.size() == 1, "loop %{} lacks its body", id));
    std::vector<DType> carried = carried_types(node, 0);
    std::vector<DType> yields = carried;
    yields.insert(yields.begin(), DType::boolean);
    return enter(id, node, 0, carried, yields);
  }

  Status branch(NodeId id, const Node &node) {
    TRY(require(node.args.size() == 1 && node.blocks.size() == 2 &&
                    type_of(node, 0) == DType::boolean,
                "branch %{} lacks its condition or a block", id));
    std::vector<DType> types;
    for (NodeId value : node.blocks[0].yields) {
      TRY(require(value < kernel_.nodes.size(), "branch %{} yields no value",
                  id));
      types.push_back(kernel_.nodes[value].type);
    }
    TRY(enter(id, node, 0, {}, types));
    return enter(id, node, 1, {}, types);
  }

  Status enter(NodeId id, const Node &node, size_t number,
               const std::vector<DType> &params,
               const std::vector<DType> &yields) {
    // The owner is not to be listed inside itself.
    states_[id] = State::closed;
    TRY(block(node.blocks[number], params, yields, fmt::format("%{}", id)));
    states_[id] = State::unseen;
    return {};
  }

  const Kernel &kernel_;
  std::vector<State> states_;
  int depth_ = 0;
};

} // namespace

Status verify(const Kernel &kernel) { return Verifier(kernel).run(); }

} // namespace landfall
