//===- codegen.cpp - Reef's code generator --------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "chip_file/chip_file.h"
#include "compiler/kernels/loops/loop_generator.h"
#include "compiler/native/native_code.h"
#include "compiler/target.h"
#include "targets/reef/codegen/matrix/scratchpad.h"
#include "targets/reef/codegen/task/matrix_contraction.h"

#include <fmt/format.h>

namespace landfall::reef {

namespace {

/// One binary serves every generation: register length, tile edge and
/// scratchpad size are read at run time. Vectors of the kernel's widest type
/// use groups of two registers (LMUL 2): an instruction then keeps the in-order
/// core busy for several cycles, and values twice as wide (indices) still fit
/// in LMUL 4.
constexpr native::Variant variant = {
    .target = "reef",
    .name = "rv64gcv",
    .triple = "riscv64-unknown-unknown-elf",
    .processor = "generic-rv64",
    // In order, two instructions a cycle, latencies like the chip's.
    .tuning = "andes-45-series",
    .features = "+m,+a,+f,+d,+c,+v,+zicsr,+xsfmmbase,+xsfmm32a32f,"
                "+xsfmm32a16f,+xsfmm32a8f,+xsfmm32a8i",
    .abi = "lp64d",
    .code_model = llvm::CodeModel::Medium,
    .machine = {
        .vector = {.register_bits = 2 * 64, // A group of two at vscale 1.
                   .registers = 16,
                   .scalable = true,
                   .min_vscale = 2,    // VLEN 128: the V extension's minimum.
                   .max_vscale = 1024, // VLEN 64 Ki: its maximum.
                   .max_lanes = 8,
                   .max_registers_per_value = 2,
                   .masks_narrow_elements = true,
                   .converts_half = false,
                   .divides_integers = true,
                   .has_ieee_min_max = true},
        .scheduling = {.kernel_pulls_tasks = true}}};

kernels::ChosenGenerator
generator_for(const Kernel &kernel, const kernels::Machine &machine,
              const kernels::GeneratorOptions &options) {
  GenerationRecord record{"loops", {}};
  if (kernel.kind == KernelClass::contraction) {
    auto generator = matrix_contraction(kernel, machine);
    if (generator)
      return {generator.take(), {"matrix", {}}};
    record.refusals.push_back({"matrix", generator.error().message});
  }
  static const Scratchpad scratchpad;
  return {kernels::make_loop_generator(kernel, machine, &scratchpad, options),
          std::move(record)};
}

class ReefTarget : public landfall::compiler::Target {
public:
  std::string_view name() const override { return "reef"; }

  /// A generation ("reef2") or a chip's description ("reef:my.chip"): all run
  /// the same code.
  bool serves(std::string_view device) const override {
    return chip_file::is_generation(name(), device);
  }

  /// The matrix unit's operands are rows of one step of the depth.
  compiler::KMajorWeights k_major_weights() const override {
    return {.fewest_across = min_edges};
  }

  compiler::Support supports(const Kernel &kernel) const override {
    return native::supports_dtypes(kernel);
  }

  Result<std::vector<CodeSection>>
  generate(std::span<const Kernel> kernels,
           const compiler::CodegenOptions &options) const override {
    for (const std::string &wanted : options.variants)
      if (wanted != variant.name && wanted != "native")
        return Error{ErrorCode::invalid_argument,
                     fmt::format("the target 'reef' has no variant '{}'; it "
                                 "has {} (also called native)",
                                 wanted, variant.name)};
    std::vector<CodeSection> sections;
    if (!kernels.empty())
      sections.push_back(TRY(
          native::compile_kernels(kernels, variant, generator_for, options)));
    return sections;
  }
};

} // namespace

const landfall::compiler::Target &codegen() {
  static const ReefTarget target;
  return target;
}

} // namespace landfall::reef
