//===- words.cpp - Products of bytes, four at a time ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// For factors of 8-bit integers. Rows of M are packed as they are, points of N
// in panels of words. Weights of either side may be in such panels already
// (compiler/passes/lay_out_panels.h): the other side's points are then the
// rows.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_strategy.h"
#include "compiler/kernels/contraction/panel_generator.h"

namespace landfall::kernels {

namespace {

class Words : public KernelStrategy {
public:
  std::string_view name() const override { return "words"; }
  PanelUse panel_use() const override { return PanelUse::either; }

  Applies applies(const ContractionProblem &problem) const override {
    Result<WordSides> sides = find_word_sides(problem);
    if (!sides)
      return Applies::no(sides.error().message);
    if (!sides->panels && problem.k && *problem.k < steps_of_word)
      return Applies::no("K is less than a word");
    return {};
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
