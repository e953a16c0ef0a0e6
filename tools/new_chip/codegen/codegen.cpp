//===- codegen.cpp - Which kernels run on newchip, and their code ---------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/target.h"

namespace landfall::newchip {

namespace {

class NewchipTarget : public compiler::Target {
public:
  std::string_view name() const override { return "newchip"; }

  /// Kernels become native one kind after another: a kernel that `generate`
  /// makes code for is answered with {}, for others the reason is given. The
  /// runtime executes those (package/fallback.h).
  compiler::Support supports(const Kernel &) const override {
    return compiler::Support::fallback("newchip has no code generator");
  }

  /// What the chip can run is not fused with what it cannot.
  compiler::FusionRule fusion_rule() const override {
    return compiler::FusionRule::keeps_native;
  }

  Result<std::vector<CodeSection>>
  generate(std::span<const Kernel>,
           const compiler::CodegenOptions &) const override {
    return std::vector<CodeSection>();
  }
};

} // namespace

const compiler::Target &codegen() {
  static const NewchipTarget target;
  return target;
}

} // namespace landfall::newchip
