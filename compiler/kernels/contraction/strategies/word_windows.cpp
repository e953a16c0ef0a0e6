//===- word_windows.cpp - Convolutions in words from a padded copy --------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Packing words for each tap of a window takes as long as the products of many
// output channels; the padded copy of word_windows.h has each element once.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/word_windows.h"
#include "compiler/kernels/contraction/contraction_strategy.h"
#include "compiler/kernels/contraction/panel_generator.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

/// At most a third of the lanes are computed in vain.
constexpr int64_t most_lost = 3;

class WordWindowsStrategy : public KernelStrategy {
public:
  std::string_view name() const override { return "word_windows"; }
  PanelUse panel_use() const override { return PanelUse::only; }

  Applies applies(const ContractionProblem &problem) const override {
    Result<WordSides> sides = find_word_sides(problem);
    if (!sides)
      return Applies::no(sides.error().message);
    Result<WordWindows> windows = find_word_windows(problem, *sides);
    if (!windows)
      return Applies::no(windows.error().message);
    return {};
  }

  bool takes_all_sizes(const ContractionProblem &) const override {
    return false;
  }

  Value *suits(SizeCode &sizes,
               const ContractionProblem &problem) const override {
    llvm::IRBuilderBase &b = sizes.b();
    auto index = [&](int64_t value) { return sizes.frame().index(value); };
    WordWindows windows =
        find_word_windows(problem, find_word_sides(problem).take()).take();
    PaddedPoints points(sizes, windows.side);
    Value *n = sizes.extent(problem.roles.space, problem.roles.n_loops);
    Value *lost = b.CreateSub(points.usual_lanes(n), n);
    Value *few_lost =
        b.CreateICmpSLE(b.CreateMul(lost, index(most_lost - 1)), n);
    // What a task copies beside its own points stays in the cache.
    int64_t room = problem.machine.caches.l2_bytes / 4 / steps_of_word;
    Value *cached = b.CreateICmpSLE(
        b.CreateMul(points.halo(), windows.pitch(sizes, problem.shape.width)),
        index(room / windows.side.phases));
    return b.CreateAnd(few_lost, cached);
  }

  std::unique_ptr<TaskGenerator>
  generator(const ContractionProblem &problem) const override {
    WordSides sides = find_word_sides(problem).take();
    WordWindows windows = find_word_windows(problem, sides).take();
    return word_generator(problem, std::move(sides), std::move(windows));
  }
};

} // namespace

const ContractionStrategy &word_windows_strategy() {
  static const WordWindowsStrategy strategy;
  return strategy;
}

} // namespace landfall::kernels
