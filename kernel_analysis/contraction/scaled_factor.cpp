//===- scaled_factor.cpp - Factors with scales by blocks of K -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/contraction/scaled_factor.h"

#include <algorithm>

namespace landfall::analysis {

namespace {

class Splitter {
public:
  Splitter(const Kernel &kernel, const ContractionRoles &roles)
      : kernel_(kernel), roles_(roles) {}

  Result<ScaledFactor> split(NodeId value) {
    ScaledFactor result;
    result.scale = TRY(take(ScalarOp::mul, value));
    result.zero = TRY(take(ScalarOp::sub, value));
    result.element = TRY(read(value));
    for (const auto &part : {result.zero, result.scale})
      for (size_t k = 0; part && k < roles_.k_loops.size(); ++k)
        if (part->uses[roles_.k_loops[k]])
          result.outer = std::max(result.outer, k + 1);
    if (result.outer == roles_.k_loops.size() && result.outer > 0)
      return Error{ErrorCode::unsupported,
                   "scales or zero points differ at each step of K"};
    return result;
  }

private:
  Result<Factor> read(NodeId value) {
    return read_factor(kernel_, roles_.space, value, PanelLoads::read);
  }

  /// Whether it differs at each step of K.
  bool is_element(const Factor &factor) const {
    return !roles_.k_loops.empty() && factor.uses[roles_.k_loops.back()];
  }

  /// If the value is `op` of an element and of something else: the latter;
  /// `value` becomes the former.
  Result<std::optional<Factor>> take(ScalarOp op, NodeId &value) {
    const Node &node = kernel_.nodes[value];
    if (node.kind != NodeKind::scalar || node.op != op)
      return std::optional<Factor>();
    Factor left = TRY(read(node.args[0])), right = TRY(read(node.args[1]));
    if (is_element(left) == is_element(right) ||
        (op == ScalarOp::sub && is_element(right)))
      return std::optional<Factor>();
    bool is_left = is_element(left);
    value = node.args[is_left ? 0 : 1];
    return std::optional<Factor>(is_left ? right : left);
  }

  const Kernel &kernel_;
  const ContractionRoles &roles_;
};

} // namespace

Result<ScaledFactor> split_scaled_factor(const Kernel &kernel,
                                         const ContractionRoles &roles,
                                         const Factor &factor) {
  return Splitter(kernel, roles).split(factor.value);
}

} // namespace landfall::analysis
