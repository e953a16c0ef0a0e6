//===- panel_factor.cpp - A factor as a panel holds it --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/panel_factor.h"

#include <algorithm>

namespace landfall::reef {

namespace {

Error refusal(const char *reason) { return {ErrorCode::unsupported, reason}; }

bool is_byte(DType type) { return type == DType::i8 || type == DType::u8; }

class ByteFactorReader {
public:
  ByteFactorReader(const Kernel &kernel, const ContractionRoles &roles,
                   const Factor &factor)
      : kernel_(kernel), roles_(roles), factor_(factor) {}

  Result<PanelFactor> read() {
    NodeId elements = skip_repeated_guard(factor_.value);
    PanelFactor result;
    const Node &top = kernel_.nodes[elements];
    if (top.kind == NodeKind::scalar && top.op == ScalarOp::sub) {
      elements = skip_repeated_guard(top.args[0]);
      result.zero = TRY(read_factor(kernel_, roles_.space, top.args[1]));
      if (depends_on_depth(*result.zero))
        return refusal("its zero point changes along the depth");
    }
    const Node &cast = kernel_.nodes[elements];
    if (cast.kind != NodeKind::scalar || cast.op != ScalarOp::cast)
      return refusal("its factors are not bytes");
    elements = skip_repeated_guard(cast.args[0]);
    const Node &load = kernel_.nodes[elements];
    if (load.kind != NodeKind::load || !is_byte(load.type))
      return refusal("its factors are not bytes");
    result.type = load.type;
    result.elements = TRY(read_factor(kernel_, roles_.space, elements));
    drop_scalar_other(result.elements);
    return result;
  }

private:
  NodeId skip_repeated_guard(NodeId id) const {
    auto found = factor_.same_as.find(id);
    return found == factor_.same_as.end() ? id : found->second;
  }
  bool depends_on_depth(const Factor &factor) const {
    return std::any_of(roles_.depth.begin(), roles_.depth.end(),
                       [&](uint32_t loop) { return factor.uses[loop]; });
  }
  /// What is behind a guard, if it is a tensor without dimensions: the packer
  /// loads that once.
  void drop_scalar_other(Factor &factor) const {
    const Node &load = kernel_.nodes[factor.value];
    size_t rank = kernel_.operands[load.index].dims.size();
    if (load.args.size() <= rank)
      return;
    NodeId other = load.args[rank + 1];
    const Node &node = kernel_.nodes[other];
    if (node.kind == NodeKind::load && node.args.empty())
      std::erase_if(factor.loads, [&](const FactorLoad &candidate) {
        return candidate.node == other;
      });
  }

  const Kernel &kernel_;
  const ContractionRoles &roles_;
  const Factor &factor_;
};

} // namespace

Result<PanelFactor> read_panel_factor(const Kernel &kernel,
                                      const ContractionRoles &roles,
                                      const Factor &factor) {
  if (kernel.accumulator == DType::f32)
    return PanelFactor{factor, DType::f32, std::nullopt};
  if (kernel.accumulator == DType::i32 || kernel.accumulator == DType::u32)
    return ByteFactorReader(kernel, roles, factor).read();
  return refusal("its sums have more than 32 bits");
}

} // namespace landfall::reef
