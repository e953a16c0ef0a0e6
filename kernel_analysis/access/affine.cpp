//===- affine.cpp - Index arithmetic of a kernel --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/access/affine.h"

#include <algorithm>

namespace landfall::analysis {

//===--- SizePolynomial ---------------------------------------------------===//

SizePolynomial::SizePolynomial(int64_t constant) { add({}, constant); }

SizePolynomial SizePolynomial::parameter(uint32_t number) {
  SizePolynomial result;
  result.add({number}, 1);
  return result;
}

SizePolynomial SizePolynomial::of(const Extent &extent) {
  return extent.constant ? SizePolynomial(extent.value)
                         : parameter(static_cast<uint32_t>(extent.value));
}

std::optional<int64_t> SizePolynomial::constant() const {
  if (terms_.empty())
    return 0;
  if (terms_.size() == 1 && terms_.begin()->first.empty())
    return terms_.begin()->second;
  return std::nullopt;
}

void SizePolynomial::add(const Monomial &monomial, int64_t coefficient) {
  int64_t &sum = terms_[monomial];
  sum = static_cast<int64_t>(static_cast<uint64_t>(sum) +
                             static_cast<uint64_t>(coefficient));
  if (sum == 0)
    terms_.erase(monomial);
}

SizePolynomial SizePolynomial::operator+(const SizePolynomial &other) const {
  SizePolynomial result = *this;
  for (const auto &[monomial, coefficient] : other.terms_)
    result.add(monomial, coefficient);
  return result;
}

SizePolynomial SizePolynomial::operator-(const SizePolynomial &other) const {
  return *this + other * SizePolynomial(-1);
}

SizePolynomial SizePolynomial::operator*(const SizePolynomial &other) const {
  SizePolynomial result;
  for (const auto &[left, a] : terms_)
    for (const auto &[right, b] : other.terms_) {
      Monomial product = left;
      product.insert(product.end(), right.begin(), right.end());
      std::sort(product.begin(), product.end());
      result.add(product, static_cast<int64_t>(static_cast<uint64_t>(a) *
                                               static_cast<uint64_t>(b)));
    }
  return result;
}

//===--- Affine -----------------------------------------------------------===//

SizePolynomial Affine::coefficient(uint32_t variable) const {
  auto found = terms.find(variable);
  return found == terms.end() ? SizePolynomial() : found->second;
}

Affine Affine::operator+(const Affine &other) const {
  Affine result = *this;
  result.constant = constant + other.constant;
  for (const auto &[variable, coefficient] : other.terms) {
    SizePolynomial sum = this->coefficient(variable) + coefficient;
    if (sum.is_zero())
      result.terms.erase(variable);
    else
      result.terms[variable] = sum;
  }
  return result;
}

Affine Affine::operator-(const Affine &other) const {
  return *this + other * SizePolynomial(-1);
}

Affine Affine::operator*(const SizePolynomial &factor) const {
  Affine result{constant * factor, {}};
  for (const auto &[variable, coefficient] : terms)
    if (SizePolynomial product = coefficient * factor; !product.is_zero())
      result.terms[variable] = product;
  return result;
}

//===--- AffineReader -----------------------------------------------------===//

std::optional<Affine> AffineReader::read(NodeId id) const {
  const Node &node = kernel_.nodes[id];
  if (node.type != DType::i64)
    return std::nullopt;
  switch (node.kind) {
  case NodeKind::constant:
    return Affine{static_cast<int64_t>(node.bits), {}};
  case NodeKind::size:
    return Affine{SizePolynomial::parameter(node.index), {}};
  case NodeKind::param: {
    auto found = std::find(space_.params.begin(), space_.params.end(), id);
    if (found == space_.params.end())
      return std::nullopt;
    uint32_t variable = static_cast<uint32_t>(found - space_.params.begin());
    if (space_.extents[variable] == Extent{true, 1})
      return Affine{};
    return Affine{{}, {{variable, SizePolynomial(1)}}};
  }
  case NodeKind::scalar:
    return read_scalar(node);
  default:
    return std::nullopt;
  }
}

std::optional<Affine> AffineReader::read_scalar(const Node &node) const {
  std::vector<Affine> args;
  for (NodeId id : node.args) {
    std::optional<Affine> arg = read(id);
    if (!arg)
      return std::nullopt;
    args.push_back(*arg);
  }
  switch (node.op) {
  case ScalarOp::add:
    return args[0] + args[1];
  case ScalarOp::sub:
    return args[0] - args[1];
  case ScalarOp::neg:
    return args[0] * SizePolynomial(-1);
  case ScalarOp::mul:
    if (args[1].terms.empty())
      return args[0] * args[1].constant;
    if (args[0].terms.empty())
      return args[1] * args[0].constant;
    return std::nullopt;
  case ScalarOp::cast:
    return args[0];
  default:
    return std::nullopt;
  }
}

std::optional<Affine>
AffineReader::offset(const Node &access,
                     std::initializer_list<size_t> except) const {
  const std::vector<Extent> &dims = kernel_.operands[access.index].dims;
  Affine result;
  SizePolynomial stride(1);
  for (size_t d = dims.size(); d-- > 0;) {
    // A dimension of extent 1 has only the index 0.
    bool is_left_out = std::ranges::find(except, d) != except.end();
    if (dims[d] != Extent{true, 1} && !is_left_out) {
      std::optional<Affine> index = read(access.args[d]);
      if (!index)
        return std::nullopt;
      result = result + *index * stride;
    }
    stride = stride * SizePolynomial::of(dims[d]);
  }
  return result;
}

bool AffineReader::always_holds(const Affine &condition) const {
  // Its least value: each variable at the end where its term is smallest.
  SizePolynomial least = condition.constant;
  for (const auto &[variable, coefficient] : condition.terms) {
    std::optional<int64_t> constant = coefficient.constant();
    if (!constant)
      return false;
    if (*constant < 0)
      least =
          least + coefficient * (SizePolynomial::of(space_.extents[variable]) -
                                 SizePolynomial(1));
  }
  std::optional<int64_t> constant = least.constant();
  return constant && *constant >= 0;
}

std::optional<std::vector<Affine>> AffineReader::conditions(NodeId id) const {
  const Node &node = kernel_.nodes[id];
  if (node.kind == NodeKind::constant && node.bits == 1)
    return std::vector<Affine>{};
  if (node.kind != NodeKind::scalar)
    return std::nullopt;
  if (node.op == ScalarOp::bit_and) {
    auto left = conditions(node.args[0]);
    auto right = conditions(node.args[1]);
    if (!left || !right)
      return std::nullopt;
    left->insert(left->end(), right->begin(), right->end());
    return left;
  }
  if (node.op != ScalarOp::lt && node.op != ScalarOp::le)
    return std::nullopt;
  std::optional<Affine> low = read(node.args[0]), high = read(node.args[1]);
  if (!low || !high)
    return std::nullopt;
  Affine condition = *high - *low;
  if (node.op == ScalarOp::lt)
    condition.constant = condition.constant - SizePolynomial(1);
  if (always_holds(condition))
    return std::vector<Affine>{};
  return std::vector<Affine>{condition};
}

} // namespace landfall::analysis
