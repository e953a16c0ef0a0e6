//===- node_rules.cpp - Verification of a single node ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/node_rules.h"

#include <fmt/format.h>

namespace landfall {
namespace {

DType type_of(const Kernel &kernel, const Node &node, size_t arg) {
  return kernel.nodes[node.args[arg]].type;
}

/// Whether the payload is in the form that `Node::bits` promises.
bool is_canonical(DType type, uint64_t bits) {
  if (!is_real(type))
    return uint64_t(wrap_integer(type, int64_t(bits))) == bits;
  return info(type).bits == 64 || bits >> info(type).bits == 0;
}

bool can_bitcast(DType from, DType to) {
  auto is_whole = [](DType type) {
    return info(type).bits == 8 * size_of(type);
  };
  return is_whole(from) && is_whole(to) && size_of(from) == size_of(to);
}

bool accepts(ScalarSignature signature, DType operand, DType result) {
  switch (signature) {
  case ScalarSignature::same:
  case ScalarSignature::choose:
    return result == operand;
  case ScalarSignature::test:
    return result == DType::boolean;
  case ScalarSignature::real:
    return result == operand && is_real(operand);
  case ScalarSignature::logic:
    return result == operand && !is_real(operand);
  case ScalarSignature::cast:
    return true;
  }
  return false;
}

std::string scalar_fault(const Kernel &kernel, const Node &node) {
  const ScalarOpInfo &op = info(node.op);
  if (node.args.size() != size_t(op.arity))
    return fmt::format("has {} operands; '{}' takes {}", node.args.size(),
                       op.text, op.arity);
  bool chooses = op.signature == ScalarSignature::choose;
  if (chooses && type_of(kernel, node, 0) != DType::boolean)
    return "chooses by a value that is not bool";
  DType type = type_of(kernel, node, chooses);
  for (size_t i = chooses; i < node.args.size(); ++i)
    if (type_of(kernel, node, i) != type)
      return fmt::format("'{}' mixes {} and {}", op.text, name(type),
                         name(type_of(kernel, node, i)));
  if (!is_defined(node.op, type, node.type))
    return fmt::format("'{}' cannot make {} from {}", op.text, name(node.type),
                       name(type));
  return {};
}

std::string access_fault(const Kernel &kernel, const Node &node) {
  if (node.index >= kernel.operands.size())
    return "has no such operand";
  const KernelOperand &operand = kernel.operands[node.index];
  size_t rank = operand.dims.size();
  bool loads = node.kind == NodeKind::load;
  size_t plain = loads ? rank : rank + 1;
  size_t guarded = rank + 2;
  if (node.args.size() != plain && node.args.size() != guarded)
    return fmt::format("has {} arguments for an operand of rank {}",
                       node.args.size(), rank);
  for (size_t i = 0; i < rank; ++i)
    if (type_of(kernel, node, i) != DType::i64)
      return fmt::format("has an index {} that is not int64", i);
  bool typed = loads ? node.type == operand.dtype
                     : type_of(kernel, node, rank) == operand.dtype;
  if (node.args.size() == guarded) {
    size_t guard = loads ? rank : rank + 1;
    typed &= type_of(kernel, node, guard) == DType::boolean;
    typed &= !loads || type_of(kernel, node, rank + 1) == operand.dtype;
  }
  if (!typed)
    return fmt::format("does not fit operand {}, a {}", node.index,
                       name(operand.dtype));
  bool imperative = kernel.kind == KernelClass::loops;
  if (!loads && !(imperative && operand.written))
    return "stores where nothing may be stored";
  if (loads && operand.written && !imperative)
    return "reads what the kernel itself yields";
  return {};
}

std::string result_fault(const Kernel &kernel, const Node &node) {
  if (node.args.size() != 1)
    return "needs one owner";
  const Node &owner = kernel.nodes[node.args[0]];
  size_t condition = owner.kind == NodeKind::loop_while;
  bool nests = condition || owner.kind == NodeKind::loop ||
               owner.kind == NodeKind::branch;
  size_t index = size_t(node.index) + condition;
  if (!nests || index >= owner.blocks[0].yields.size())
    return "names a value that its owner does not have";
  if (kernel.nodes[owner.blocks[0].yields[index]].type != node.type)
    return "has another type than the value that it names";
  return {};
}

bool is_legal_check(const Kernel &kernel, const Node &node) {
  if (node.args.empty() || node.args.size() > 2 ||
      node.index >= kernel.checks.size())
    return false;
  return type_of(kernel, node, 0) == DType::boolean &&
         (node.args.size() == 1 || type_of(kernel, node, 1) == DType::i64);
}

} // namespace

bool is_defined(ScalarOp op, DType operand, DType result) {
  return op == ScalarOp::bitcast ? can_bitcast(operand, result)
                                 : accepts(info(op).signature, operand, result);
}

bool has_value(NodeKind kind) {
  switch (kind) {
  case NodeKind::param:
  case NodeKind::constant:
  case NodeKind::size:
  case NodeKind::scalar:
  case NodeKind::load:
  case NodeKind::result:
    return true;
  default:
    return false;
  }
}

std::string_view name_of(NodeKind kind) {
  constexpr std::string_view names[] = {
      "param", "constant",   "size",   "scalar", "load", "store",
      "loop",  "loop_while", "branch", "result", "check"};
  return names[size_t(kind)];
}

bool holds_numbers(DType type) {
  DTypeKind kind = info(type).kind;
  return kind != DTypeKind::complex && kind != DTypeKind::text;
}

std::string find_fault(const Kernel &kernel, const Node &node) {
  if (has_value(node.kind) && !holds_numbers(node.type))
    return fmt::format("is a {}, on which kernels do not compute",
                       name(node.type));
  switch (node.kind) {
  case NodeKind::constant:
    return node.args.empty() && is_canonical(node.type, node.bits)
               ? ""
               : "has an illegal payload";
  case NodeKind::size:
    return node.args.empty() && node.type == DType::i64 &&
                   node.index < kernel.size_count
               ? ""
               : "has an illegal type or number";
  case NodeKind::scalar:
    return scalar_fault(kernel, node);
  case NodeKind::load:
  case NodeKind::store:
    return access_fault(kernel, node);
  case NodeKind::result:
    return result_fault(kernel, node);
  case NodeKind::check:
    return is_legal_check(kernel, node)
               ? ""
               : "has an illegal number, condition or value";
  default:
    return {};
  }
}

} // namespace landfall
