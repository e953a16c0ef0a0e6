//===- blocks.cpp - Weights that are scaled by blocks of K ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// For weights of a few bits: they are read once, where they are, and unpacked
// in registers.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/block_nest.h"
#include "compiler/kernels/contraction/contraction_strategy.h"

namespace landfall::kernels {

namespace {

class BlockGenerator : public TaskGenerator {
public:
  explicit BlockGenerator(BlockProblem problem)
      : problem_(std::move(problem)) {}

  std::string print_plan() const override {
    return print(problem_.base.roles) + "  blocks of K: the first " +
           std::to_string(problem_.weights.outer) + " loops\n" +
           (problem_.rows ? "  bytes are multiplied in words of four\n" : "");
  }
  Plan plan(KernelFrame &frame) override {
    SizeCode sizes(frame);
    BlockCut cut(sizes, problem_);
    return {cut.tasks(sizes), cut.scratch_bytes};
  }
  void prologue(KernelFrame &frame) override {
    sizes_.emplace(frame);
    cut_.emplace(*sizes_, problem_);
  }
  void task(KernelFrame &, llvm::Value *number) override {
    BlockNest(*sizes_, problem_, *cut_).emit(number);
  }

private:
  BlockProblem problem_;
  // For the run function that is being emitted; set by `prologue`.
  std::optional<SizeCode> sizes_;
  std::optional<BlockCut> cut_;
};

class Blocks : public KernelStrategy {
public:
  std::string_view name() const override { return "blocks"; }
  PanelUse panel_use() const override { return PanelUse::only; }

  Applies applies(const ContractionProblem &problem) const override {
    Result<BlockProblem> found = find_block_problem(problem);
    return found ? Applies() : Applies::no(found.error().message);
  }
  /// Words are unpacked by few instructions; unpacking for many rows of reals
  /// is what strategies/unpacked.cpp does once.
  bool takes_all_sizes(const ContractionProblem &problem) const override {
    BlockProblem found = find_block_problem(problem).take();
    return found.rows || (problem.m && *problem.m <= few_tasks(found));
  }
  llvm::Value *suits(SizeCode &sizes,
                     const ContractionProblem &problem) const override {
    BlockProblem found = find_block_problem(problem).take();
    auto index = [&](int64_t value) { return sizes.frame().index(value); };
    BlockCut cut(sizes, found);
    // The others' runs are of whole blocks.
    return sizes.b().CreateOr(
        sizes.b().CreateICmpSLE(cut.rows, index(few_tasks(found))),
        sizes.b().CreateICmpSGT(cut.in_block, index(problem.shape.k)));
  }
  std::unique_ptr<TaskGenerator>
  generator(const ContractionProblem &problem) const override {
    return std::make_unique<BlockGenerator>(find_block_problem(problem).take());
  }

private:
  /// The rows of two tasks, for which all is unpacked twice.
  static int64_t few_tasks(const BlockProblem &problem) {
    return 2 * problem.most_rows();
  }
};

} // namespace

const ContractionStrategy &blocks_strategy() {
  static const Blocks strategy;
  return strategy;
}

} // namespace landfall::kernels
