//===- launch.cpp - A plan's numbers at concrete sizes --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/launch.h"

#include <algorithm>
#include <fmt/format.h>

namespace landfall::tile {

std::vector<int64_t> Launch::extents(const analysis::IndexSpace &space) const {
  std::vector<int64_t> result;
  for (const Extent &e : space.extents)
    result.push_back(extent(e));
  return result;
}

int64_t Launch::number(const analysis::SizePolynomial &polynomial) const {
  uint64_t sum = 0;
  for (const auto &[monomial, coefficient] : polynomial.terms()) {
    uint64_t product = uint64_t(coefficient);
    for (uint32_t parameter : monomial)
      product *= uint64_t(sizes_[parameter]);
    sum += product;
  }
  return int64_t(sum);
}

Form Launch::form(const analysis::Affine &affine, const Scope &scope) const {
  Form form{number(affine.constant),
            std::vector<int64_t>(scope.space.params.size())};
  for (const auto &[variable, coefficient] : affine.terms)
    form.slopes[variable] = number(coefficient);
  return form;
}

ScalarValue Launch::host_value(NodeId id) {
  if (host_[id])
    return *host_[id];
  const Node &node = plan_.kernel.nodes[id];
  ScalarValue value;
  if (node.kind == NodeKind::constant) {
    value = scalar_from_bits(node.type, node.bits);
  } else if (node.kind == NodeKind::size) {
    value.i = sizes_[node.index];
  } else {
    std::vector<ScalarValue> args;
    for (NodeId argument : node.args)
      args.push_back(host_value(argument));
    bool chooses = info(node.op).signature == ScalarSignature::choose;
    DType type = plan_.kernel.nodes[node.args[chooses]].type;
    value = evaluate(node.op, node.type, type, args);
  }
  host_[id] = value;
  return value;
}

ScalarValue Launch::value_at(NodeId id, const Scope &scope,
                             std::span<const int64_t> variables) const {
  const Node &node = plan_.kernel.nodes[id];
  ScalarValue value;
  switch (node.kind) {
  case NodeKind::constant:
    return scalar_from_bits(node.type, node.bits);
  case NodeKind::size:
    value.i = sizes_[node.index];
    return value;
  case NodeKind::param: {
    auto found = std::ranges::find(scope.space.params, id);
    value.i = variables[size_t(found - scope.space.params.begin())];
    return value;
  }
  default: {
    std::vector<ScalarValue> args;
    for (NodeId argument : node.args)
      args.push_back(value_at(argument, scope, variables));
    bool chooses = info(node.op).signature == ScalarSignature::choose;
    DType type = plan_.kernel.nodes[node.args[chooses]].type;
    return evaluate(node.op, node.type, type, args);
  }
  }
}

uint64_t Launch::host_bits(NodeId id) {
  uint64_t bits = 0;
  store_scalar(plan_.kernel.nodes[id].type, &bits, host_value(id));
  return bits;
}

Status Launch::check() const {
  constexpr int64_t limit = int64_t(1) << 31;
  for (const KernelOperand &operand : plan_.kernel.operands) {
    int64_t elements = 1;
    for (const Extent &dim : operand.dims) {
      int64_t e = extent(dim);
      if (e < 0 || (e > 0 && elements >= limit / e + (limit % e != 0)))
        return Error{
            ErrorCode::unsupported,
            fmt::format("an operand of kernel '{}' has 2^31 elements or "
                        "more",
                        plan_.kernel.name)};
      elements *= e;
    }
  }
  return {};
}

} // namespace landfall::tile
