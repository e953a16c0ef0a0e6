//===- codegen.cpp - The CPU's code generator -----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_generator.h"
#include "compiler/kernels/contraction/word_product.h"
#include "compiler/kernels/loops/loop_generator.h"
#include "compiler/kernels/windows/window_generator.h"
#include "compiler/native/native_code.h"
#include "compiler/target.h"
#include "targets/cpu/codegen/variants.h"

#include <fmt/format.h>

namespace landfall::cpu {

namespace {

kernels::ChosenGenerator
generator_for(const Kernel &kernel, const kernels::Machine &machine,
              const kernels::GeneratorOptions &options) {
  GenerationRecord record;
  if (kernel.kind == KernelClass::contraction) {
    auto chosen = kernels::contraction_generator(
        kernel, machine, kernels::contraction_strategies(options.skipped));
    if (chosen)
      return chosen.take();
    record.refusals.push_back({"contraction", chosen.error().message});
  }
  kernels::ChosenGenerator chosen =
      kernels::window_generator(kernel, machine, options);
  chosen.record.refusals.insert(chosen.record.refusals.begin(),
                                record.refusals.begin(), record.refusals.end());
  return chosen;
}

class CpuTarget : public landfall::compiler::Target {
public:
  std::string_view name() const override { return "cpu"; }

  /// A vector of results is stored after so many multiply-adds: blocks of sums,
  /// which are stored once more on the way, take several times as long.
  int64_t few_steps() const override { return 4; }

  bool tabulates() const override { return true; }

  /// Products read whole words of channels, and store whole vectors of them.
  int64_t fewest_inner_channels() const override { return 16; }

  /// So that the N side is read where it is, in the order of memory, however
  /// few rows the other side has (strategies/streamed.cpp).
  compiler::KMajorWeights k_major_weights() const override {
    return {.fewest_across = 1, .fewest_along = 16, .n_side_only = true};
  }

  /// Both variants compute 16 points or 32 at a time (strategies/panels.cpp);
  /// memory reads long lines better.
  compiler::PanelWeights panel_weights() const override {
    return {.width = 32,
            .narrow_width = 16,
            .fewest_summed_on_m_side = 128,
            .fewest_on_m_side = int64_t(1) << 15,
            .fewest_words_on_m_side = int64_t(1) << 11,
            .fewest_for_windows = 128,
            .few_other_points = 2048,
            .most_padding = 12,
            .byte_steps = kernels::steps_of_word,
            .bf16_steps = kernels::steps_of_bf16_word};
  }

  compiler::Support supports(const Kernel &kernel) const override {
    return native::supports_dtypes(kernel);
  }

  Result<std::vector<CodeSection>>
  generate(std::span<const Kernel> kernels,
           const compiler::CodegenOptions &options) const override {
    std::vector<CodeSection> sections;
    if (kernels.empty())
      return sections;
    for (const Variant *variant :
         TRY(choose_variants(options.variants, kernels)))
      sections.push_back(TRY(
          native::compile_kernels(kernels, *variant, generator_for, options)));
    return sections;
  }
};

} // namespace

const landfall::compiler::Target &codegen() {
  static const CpuTarget target;
  return target;
}

} // namespace landfall::cpu
