//===- words.cpp - Products of bytes and of bf16, in words ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// For factors of 8-bit integers, and of bf16 where the machine has products of
// them. Rows of M are packed as they are, points of N in panels of words.
// Weights of either side may be in such panels already
// (compiler/passes/lay_out_panels.h): the other side's points are then the
// rows.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_strategy.h"
#include "compiler/kernels/contraction/panel_generator.h"

namespace landfall::kernels {

namespace {

bool packs_bf16_points(const WordSides &sides) {
  return sides.form.is_bf16 && !sides.panels;
}

/// The fewest rows for which points of bf16 are packed: other strategies serve
/// few rows of reals, those of windows without packing each tap.
int64_t least_rows(const ContractionProblem &problem) {
  return problem.windows ? 32 : 16;
}

class Words : public KernelStrategy {
public:
  std::string_view name() const override { return "words"; }
  PanelUse panel_use() const override { return PanelUse::either; }

  Applies applies(const ContractionProblem &problem) const override {
    Result<WordSides> sides = find_word_sides(problem);
    if (!sides)
      return Applies::no(sides.error().message);
    if (!sides->panels && problem.k && *problem.k < sides->form.steps())
      return Applies::no("K is less than a word");
    if (packs_bf16_points(*sides) && problem.most_m() < least_rows(problem))
      return Applies::no("packing N for few rows takes longer than reading it");
    return {};
  }

  bool takes_all_sizes(const ContractionProblem &problem) const override {
    return !packs_bf16_points(find_word_sides(problem).take());
  }

  llvm::Value *suits(SizeCode &sizes,
                     const ContractionProblem &problem) const override {
    return sizes.b().CreateICmpSGE(
        sizes.extent(problem.roles.space, problem.roles.m_loops),
        sizes.frame().index(least_rows(problem)));
  }

  std::unique_ptr<TaskGenerator>
  generator(const ContractionProblem &problem) const override {
    return word_generator(problem, find_word_sides(problem).take());
  }
};

} // namespace

const ContractionStrategy &words_strategy() {
  static const Words strategy;
  return strategy;
}

} // namespace landfall::kernels
