//===- contraction_generator.cpp - Code for contractions ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_generator.h"
#include "compiler/kernels/contraction/choice_generator.h"
#include "compiler/kernels/contraction/packed_nest.h"

#include <cassert>
#include <optional>

namespace landfall::kernels {

namespace {

/// Generates the loop nest of packed_nest.h, with all block strategies that
/// apply. Each launch uses the best one that suits its sizes.
class PackedGenerator : public TaskGenerator {
public:
  PackedGenerator(ContractionProblem problem,
                  std::vector<const BlockStrategy *> strategies)
      : problem_(std::move(problem)), strategies_(std::move(strategies)) {}

  std::string print_plan() const override { return print(problem_.roles); }

  Plan plan(KernelFrame &frame) override {
    SizeCode sizes(frame);
    Tiling tiling = emit_tiling(sizes, problem_, strategies_);
    return {tiling.tasks(sizes), tiling.scratch_bytes};
  }

  void prologue(KernelFrame &frame) override {
    sizes_.emplace(frame);
    tiling_ = emit_tiling(*sizes_, problem_, strategies_);
  }

  void task(KernelFrame &, llvm::Value *number) override {
    PackedNest(*sizes_, problem_, strategies_, tiling_).emit(number);
  }

private:
  ContractionProblem problem_;
  std::vector<const BlockStrategy *> strategies_;
  // For the run function that is being emitted; set by `prologue`.
  std::optional<SizeCode> sizes_;
  Tiling tiling_{};
};

/// The strategies that apply to a contraction, in the order of their rows, up
/// to the first that takes all sizes.
struct Applying {
  std::vector<KernelOption> options;
  /// The generator of the KernelStrategy that takes all sizes; null if a block
  /// strategy does.
  std::unique_ptr<TaskGenerator> whole;
  std::vector<const BlockStrategy *> blocks;
  bool takes_all_sizes = false; ///< Whether the last one does.
  GenerationRecord record;      ///< `generator` is all names, joined by "or".
};

void add(Applying &applying, const ContractionStrategy &strategy,
         const ContractionProblem &problem) {
  std::string &names = applying.record.generator;
  names += (names.empty() ? "" : " or ") + std::string(strategy.name());
  if (const BlockStrategy *block = strategy.as_block()) {
    applying.blocks.push_back(block);
    applying.takes_all_sizes = block->takes_all_sizes(problem);
    return;
  }
  assert(applying.blocks.empty() && "rows for whole kernels come first");
  const KernelStrategy *whole = strategy.as_kernel();
  applying.takes_all_sizes = whole->takes_all_sizes(problem);
  if (applying.takes_all_sizes)
    applying.whole = whole->generator(problem);
  else
    applying.options.push_back({whole, whole->generator(problem)});
}

Applying applying_of(const ContractionProblem &problem,
                     std::span<const ContractionStrategy *const> strategies) {
  Applying applying;
  for (const ContractionStrategy *strategy : strategies) {
    if (strategy->panel_use() ==
        (problem.has_panels() ? PanelUse::none : PanelUse::only))
      continue;
    Applies applies = strategy->applies(problem);
    if (applies)
      add(applying, *strategy, problem);
    else
      applying.record.refusals.push_back(
          {std::string(strategy->name()), std::move(applies.reason)});
    if (applying.takes_all_sizes)
      break;
  }
  return applying;
}

} // namespace

Result<ChosenGenerator>
contraction_generator(const Kernel &kernel, const Machine &machine,
                      std::span<const ContractionStrategy *const> strategies) {
  ContractionProblem problem(
      kernel, machine,
      TRY(analysis::analyze_contraction(kernel, analysis::PanelLoads::read)));
  Applying applying = applying_of(problem, strategies);
  if (!applying.takes_all_sizes) {
    std::string why = "no strategy serves all its sizes";
    for (const Refusal &refusal : applying.record.refusals)
      why += "; not " + refusal.who + ", because " + refusal.reason;
    return Error{ErrorCode::unsupported, std::move(why)};
  }
  std::unique_ptr<TaskGenerator> last = std::move(applying.whole);
  if (!last)
    last = std::make_unique<PackedGenerator>(problem, applying.blocks);
  return ChosenGenerator{
      choice_generator(problem, std::move(applying.options), std::move(last)),
      std::move(applying.record)};
}

} // namespace landfall::kernels
