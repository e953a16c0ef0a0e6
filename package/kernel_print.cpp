//===- kernel_print.cpp - Kernels as text ---------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/interpreter.h"
#include "package/node_rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace landfall {
namespace {

std::string text(const std::vector<Extent> &dims) {
  std::vector<std::string> parts;
  for (const Extent &dim : dims)
    parts.push_back(fmt::format("{}{}", dim.constant ? "" : "s", dim.value));
  return fmt::format("[{}]", fmt::join(parts, ", "));
}

std::string_view text(KernelClass kind) {
  constexpr std::string_view names[] = {"map", "contraction", "loops"};
  return names[size_t(kind)];
}

std::string text(std::span<const NodeId> ids) {
  std::vector<std::string> parts;
  for (NodeId id : ids)
    parts.push_back(fmt::format("%{}", id));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string constant_text(const Node &node) {
  ScalarValue value = scalar_from_bits(node.type, node.bits);
  if (is_real(node.type))
    return fmt::format("{}", value.d);
  if (node.type == DType::u64)
    return fmt::format("{}", uint64_t(value.i));
  return fmt::format("{}", value.i);
}

class Printer {
public:
  explicit Printer(const Kernel &kernel) : kernel_(kernel) {}

  std::string print() {
    line("kernel {}: {} over {}", kernel_.name, text(kernel_.kind),
         text(kernel_.loops));
    ++depth_;
    if (kernel_.kind == KernelClass::contraction)
      line("sum over {} in {}", text(kernel_.reduce),
           name(kernel_.accumulator));
    for (size_t i = 0; i < kernel_.operands.size(); ++i) {
      const KernelOperand &operand = kernel_.operands[i];
      line("{} {}: {}{}",
           operand.constant   ? "const in"
           : !operand.written ? "in"
           : operand.read     ? "inout"
                              : "out",
           i, name(operand.dtype), text(operand.dims));
    }
    std::vector<std::string> nodes;
    for (const ModelNode &node : kernel_.origins)
      nodes.push_back(node.name);
    if (!nodes.empty())
      line("from {}", fmt::join(nodes, ", "));
    if (kernel_.kind == KernelClass::contraction)
      block(kernel_.factors, "factors");
    block(kernel_.body, "body");
    return std::move(out_);
  }

private:
  template <typename... Args>
  void line(fmt::format_string<Args...> format, Args &&...args) {
    out_.append(size_t(depth_) * 2, ' ');
    fmt::format_to(std::back_inserter(out_), format,
                   std::forward<Args>(args)...);
    out_ += '\n';
  }

  void block(const Block &block, std::string_view title) {
    std::vector<std::string> params;
    for (NodeId id : block.params)
      params.push_back(
          fmt::format("%{}: {}", id, name(kernel_.nodes[id].type)));
    line("{}({}):", title, fmt::join(params, ", "));
    ++depth_;
    for (NodeId id : block.nodes)
      node(id);
    if (!block.yields.empty())
      line("yield {}", text(block.yields));
    --depth_;
  }

  void node(NodeId id) {
    const Node &node = kernel_.nodes[id];
    if (has_value(node.kind))
      line("%{} = {} : {}", id, expression(node), name(node.type));
    else if (node.kind == NodeKind::store)
      line("store {}", access(node, 1));
    else if (node.kind == NodeKind::check)
      line("check {}: \"{}\" ({})", node.index,
           kernel_.checks[node.index].message, text(node.args));
    else
      nest(id, node);
  }

  void nest(NodeId id, const Node &node) {
    line("%{} = {} ({})", id, name_of(node.kind), text(node.args));
    ++depth_;
    for (size_t i = 0; i < node.blocks.size(); ++i)
      block(node.blocks[i], node.kind != NodeKind::branch ? "body"
                            : i == 0                      ? "then"
                                                          : "else");
    --depth_;
  }

  std::string expression(const Node &node) {
    switch (node.kind) {
    case NodeKind::constant:
      return constant_text(node);
    case NodeKind::size:
      return fmt::format("s{}", node.index);
    case NodeKind::scalar:
      return fmt::format("{} {}", info(node.op).text, text(node.args));
    case NodeKind::load:
      return fmt::format("load {}", access(node, 0));
    default:
      return fmt::format("result {} of {}", node.index, text(node.args));
    }
  }

  /// Operand, indices, value of a store, guard and other.
  std::string access(const Node &node, size_t values) {
    std::span<const NodeId> args = node.args;
    size_t rank = kernel_.operands[node.index].dims.size();
    std::string out = fmt::format("{}[{}]", node.index, text(args.first(rank)));
    if (values)
      out += " = " + text(args.subspan(rank, 1));
    if (args.size() == rank + 2)
      out += values ? " if " + text(args.last(1))
                    : " if " + text(args.subspan(rank, 1)) + " else " +
                          text(args.last(1));
    return out;
  }

  const Kernel &kernel_;
  std::string out_;
  int depth_ = 0;
};

} // namespace

std::string print(const Kernel &kernel) { return Printer(kernel).print(); }

} // namespace landfall
