//===- codegen.cpp - Reef's code generator --------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/loops/loop_generator.h"
#include "compiler/native/native_code.h"
#include "compiler/target.h"
#include "targets/reef/codegen/matrix/scratchpad.h"
#include "targets/reef/codegen/task/matrix_contraction.h"

#include <algorithm>
#include <fmt/format.h>

namespace landfall::reef {

namespace {

/// One binary for every generation: nothing here depends on a register's
/// length, a tile's edge or a scratchpad's size. Two registers to a vector of
/// the widest type keep an in-order core busy for several cycles an
/// instruction, and leave room for values twice as wide (indices).
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
    .machine = {.vector_bits = 2 * 64,
                .vector_registers = 16,
                .narrow_masks = true,
                .half_conversion = false,
                .scalable = true,
                .fewest_units = 2,  // 128 bits: what the V extension demands.
                .most_units = 1024, // 64 Ki bits: what it allows.
                .most_lanes = 8,
                .most_groups = 2,
                .divides_vectors = true,
                .pulls_tasks = true,
                .has_ieee_min_max = true}};

std::unique_ptr<kernels::TaskGenerator>
generator_for(const Kernel &kernel, const kernels::Machine &machine) {
  if (kernel.kind == KernelClass::contraction)
    if (auto generator = matrix_contraction(kernel, machine))
      return generator.take();
  static const Scratchpad scratchpad;
  return kernels::make_loop_generator(kernel, machine, &scratchpad);
}

class ReefTarget : public landfall::compiler::Target {
public:
  std::string_view name() const override { return "reef"; }

  /// A generation ("reef2") or a chip's description ("reef:my.chip"): all run
  /// the same code.
  bool serves(std::string_view device) const override {
    if (!device.starts_with(name()))
      return false;
    std::string_view rest = device.substr(name().size());
    return rest.empty() || rest[0] == ':' ||
           std::ranges::all_of(rest, [](char c) { return isdigit(c); });
  }

  /// The matrix unit's operands are rows of one step of the depth.
  int64_t min_rows_for_k_major_weights() const override { return fewest_edges; }

  compiler::Support supports(const Kernel &kernel) const override {
    return native::supports_dtypes(kernel);
  }

  Result<std::vector<CodeSection>>
  generate(std::span<const Kernel> kernels,
           const compiler::CodegenOptions &options) const override {
    for (const std::string &wanted : options.variants)
      if (wanted != variant.name && wanted != "native")
        return Error{ErrorCode::invalid_argument,
                     fmt::format("The target 'reef' has no variant '{}'; it "
                                 "has: {} (also called native).",
                                 wanted, variant.name)};
    std::vector<CodeSection> sections;
    if (!kernels.empty())
      sections.push_back(
          TRY(native::compile_kernels(kernels, variant, generator_for)));
    return sections;
  }
};

} // namespace

const landfall::compiler::Target &codegen() {
  static const ReefTarget target;
  return target;
}

} // namespace landfall::reef
