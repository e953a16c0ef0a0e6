//===- codegen.cpp - Which kernels run on newchip -------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/target.h"
#include "targets/newchip/chip/chip_description.h"
#include "targets/newchip/chip/instruction.h"
#include "tile/plan.h"
#include "tile/tiled_code.h"

namespace landfall::newchip {

namespace {

const tile::Capabilities &can() {
  static const tile::Capabilities can =
      capabilities(chip_format.find(built_in_chips()[0].name).take());
  return can;
}

/// Kernels are planned and encoded by the driver, which knows the chip and the
/// sizes: a package for newchip has descriptions only, and its code section
/// says so.
class NewchipTarget : public compiler::Target {
public:
  std::string_view name() const override { return "newchip"; }

  /// All generations run the same packages.
  bool serves(std::string_view device) const override {
    return chip_file::is_generation(name(), device);
  }

  compiler::Support supports(const Kernel &kernel) const override {
    if (kernel.operands.size() > address_registers)
      return compiler::Support::fallback("it has too many operands");
    auto plan = tile::make_plan(kernel, can());
    return plan ? compiler::Support()
                : compiler::Support::fallback(plan.error().message);
  }

  /// What the chip can run is not fused with what it cannot.
  compiler::FusionRule fusion_rule() const override {
    return compiler::FusionRule::keeps_native;
  }

  Result<std::vector<CodeSection>>
  generate(std::span<const Kernel> kernels,
           const compiler::CodegenOptions &options) const override {
    return tile::tiled_code(name(), kernels, options.fallbacks, can());
  }
};

} // namespace

const compiler::Target &codegen() {
  static const NewchipTarget target;
  return target;
}

} // namespace landfall::newchip
