//===- codegen.cpp - Which kernels run on atoll ---------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/target.h"
#include "targets/atoll/chip/chip_description.h"
#include "targets/atoll/chip/instruction.h"
#include "tile/plan.h"

namespace landfall::atoll {

namespace {

/// Kernels are planned and encoded by the driver, which knows the chip and the
/// sizes: a package for atoll has descriptions only, and its code section says
/// so.
class AtollTarget : public compiler::Target {
public:
  std::string_view name() const override { return "atoll"; }

  /// All generations run the same packages.
  bool serves(std::string_view device) const override {
    return chip_file::is_generation(name(), device);
  }

  compiler::Support supports(const Kernel &kernel) const override {
    static const tile::Capabilities can =
        capabilities(chip_format.find(built_in_chips()[0].name).take());
    if (kernel.operands.size() > address_registers)
      return compiler::Support::fallback("it has too many operands");
    auto plan = tile::make_plan(kernel, can);
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
    if (options.fallbacks.size() == kernels.size())
      return std::vector<CodeSection>();
    CodeSection section = {"atoll", "tiles", {}, {}};
    section.generation.assign(kernels.size(), {"tiles", {}});
    for (const Fallback &fallback : options.fallbacks)
      section.generation[fallback.kernel] = {"none",
                                             {{"atoll", fallback.reason}}};
    return std::vector<CodeSection>{std::move(section)};
  }
};

} // namespace

const compiler::Target &codegen() {
  static const AtollTarget target;
  return target;
}

} // namespace landfall::atoll
