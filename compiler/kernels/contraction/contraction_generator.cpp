//===- contraction_generator.cpp - Code for contractions ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_generator.h"
#include "compiler/kernels/contraction/packed_nest.h"

#include <optional>

namespace landfall::kernels {

namespace {

/// The loop nest that blocks share, with the strategies that may be met there.
class PackedGenerator : public TaskGenerator {
public:
  PackedGenerator(ContractionProblem problem,
                  std::vector<const BlockStrategy *> strategies)
      : problem_(std::move(problem)), strategies_(std::move(strategies)) {}

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
  // Of the run function being emitted.
  std::optional<SizeCode> sizes_;
  Tiling tiling_{};
};

std::string names_of(std::span<const BlockStrategy *const> strategies) {
  std::string names;
  for (const BlockStrategy *strategy : strategies)
    names += (names.empty() ? "" : " or ") + std::string(strategy->name());
  return names;
}

} // namespace

Result<ChosenGenerator>
contraction_generator(const Kernel &kernel, const Machine &machine,
                      std::span<const ContractionStrategy *const> strategies) {
  ContractionProblem problem(kernel, machine,
                             TRY(analysis::analyze_contraction(kernel)));
  GenerationRecord record;
  std::vector<const BlockStrategy *> blocks;
  for (const ContractionStrategy *strategy : strategies) {
    Applies applies = strategy->applies(problem);
    if (!applies) {
      record.refusals.push_back(
          {std::string(strategy->name()), applies.reason});
      continue;
    }
    if (const KernelStrategy *whole = strategy->as_kernel()) {
      record.generator = whole->name();
      return ChosenGenerator{whole->generator(problem), std::move(record)};
    }
    blocks.push_back(strategy->as_block());
    if (blocks.back()->takes_all_sizes())
      break;
  }
  if (blocks.empty() || !blocks.back()->takes_all_sizes())
    return Error{ErrorCode::unsupported, "no strategy serves all its sizes"};
  record.generator = names_of(blocks);
  return ChosenGenerator{
      std::make_unique<PackedGenerator>(std::move(problem), std::move(blocks)),
      std::move(record)};
}

} // namespace landfall::kernels
