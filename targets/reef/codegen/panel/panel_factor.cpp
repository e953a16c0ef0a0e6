//===- panel_factor.cpp - Element type and zero point of a panel ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/panel/panel_factor.h"

#include <algorithm>

namespace landfall::reef {

namespace {

Error refusal(const char *reason) { return {ErrorCode::unsupported, reason}; }

bool is_byte(DType type) { return type == DType::i8 || type == DType::u8; }
bool is_narrow(DType type) {
  return type == DType::f16 || type == DType::bf16 || type == DType::f8e4m3fn ||
         type == DType::f8e5m2;
}

class NarrowFactorReader {
public:
  NarrowFactorReader(const Kernel &kernel,
                     const analysis::ContractionRoles &roles,
                     const analysis::Factor &factor)
      : kernel_(kernel), roles_(roles), factor_(factor) {}

  Result<PanelFactor> bytes() {
    NodeId elements = skip_repeated_guard(factor_.value);
    PanelFactor result;
    const Node &top = kernel_.nodes[elements];
    if (top.kind == NodeKind::scalar && top.op == ScalarOp::sub) {
      elements = skip_repeated_guard(top.args[0]);
      result.zero =
          TRY(analysis::read_factor(kernel_, roles_.space, top.args[1]));
      if (depends_on_depth(*result.zero))
        return refusal("its zero point changes along the depth");
    }
    TRY(read_elements(elements, is_byte, "its factors are not bytes", result));
    return result;
  }
  Result<PanelFactor> narrow_reals() {
    PanelFactor result;
    TRY(read_elements(skip_repeated_guard(factor_.value), is_narrow,
                      "its factors are no narrow reals", result));
    return result;
  }

private:
  /// Sets the elements to the load of which `cast_id` is a cast, if its type is
  /// wanted; else fails with the reason.
  Status read_elements(NodeId cast_id, bool (*is_wanted)(DType),
                       const char *reason, PanelFactor &result) {
    const Node &cast = kernel_.nodes[cast_id];
    if (cast.kind != NodeKind::scalar || cast.op != ScalarOp::cast)
      return refusal(reason);
    NodeId elements = skip_repeated_guard(cast.args[0]);
    const Node &load = kernel_.nodes[elements];
    if (load.kind != NodeKind::load || !is_wanted(load.type))
      return refusal(reason);
    result.type = load.type;
    result.elements =
        TRY(analysis::read_factor(kernel_, roles_.space, elements));
    drop_scalar_other(result.elements);
    return {};
  }
  NodeId skip_repeated_guard(NodeId id) const {
    auto found = factor_.same_as.find(id);
    return found == factor_.same_as.end() ? id : found->second;
  }
  bool depends_on_depth(const analysis::Factor &factor) const {
    return std::any_of(roles_.k_loops.begin(), roles_.k_loops.end(),
                       [&](uint32_t loop) { return factor.uses[loop]; });
  }
  /// Removes the load of a guard's `other` value from the factor's loads, if it
  /// is of a tensor of rank 0: the packer loads that once
  /// (Packer::Base::other).
  void drop_scalar_other(analysis::Factor &factor) const {
    const Node &load = kernel_.nodes[factor.value];
    size_t rank = kernel_.operands[load.index].dims.size();
    if (load.args.size() <= rank)
      return;
    NodeId other = load.args[rank + 1];
    const Node &node = kernel_.nodes[other];
    if (node.kind == NodeKind::load && node.args.empty())
      std::erase_if(factor.loads, [&](const analysis::FactorLoad &candidate) {
        return candidate.node == other;
      });
  }

  const Kernel &kernel_;
  const analysis::ContractionRoles &roles_;
  const analysis::Factor &factor_;
};

} // namespace

Result<PanelFactor> read_panel_factor(const Kernel &kernel,
                                      const analysis::ContractionRoles &roles,
                                      const analysis::Factor &factor) {
  if (kernel.accumulator == DType::f32)
    return PanelFactor{factor, DType::f32, std::nullopt};
  if (kernel.accumulator == DType::i32 || kernel.accumulator == DType::u32)
    return NarrowFactorReader(kernel, roles, factor).bytes();
  return refusal("its sums have more than 32 bits");
}

Result<PanelFactor> read_narrow_factor(const Kernel &kernel,
                                       const analysis::ContractionRoles &roles,
                                       const analysis::Factor &factor) {
  if (kernel.accumulator != DType::f32)
    return refusal("its sums are not f32");
  return NarrowFactorReader(kernel, roles, factor).narrow_reals();
}

} // namespace landfall::reef
