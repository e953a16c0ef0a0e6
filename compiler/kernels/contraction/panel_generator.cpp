//===- panel_generator.cpp - Code for products with panels ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/panel_generator.h"
#include "compiler/kernels/contraction/panel_nest.h"

#include <fmt/format.h>
#include <optional>

namespace landfall::kernels {

using llvm::Value;

namespace {

class PanelGenerator : public TaskGenerator {
public:
  PanelGenerator(const ContractionProblem &base,
                 std::optional<analysis::Panels> panels, bool turned,
                 std::optional<WordSides> words,
                 std::optional<BlockProblem> blocks = {},
                 std::optional<WordWindows> windows = {})
      : base_(base), words_(std::move(words)), blocks_(std::move(blocks)),
        windows_(std::move(windows)),
        problem_{base_,
                 std::move(panels),
                 turned,
                 words_ ? &*words_ : nullptr,
                 blocks_ ? &*blocks_ : nullptr,
                 windows_ ? &*windows_ : nullptr} {
    if (words_)
      base_.shape = TileShape::choose(base_.machine, words_->form);
    else if (problem_.panels)
      choose_shape_for_panels();
  }

  std::string print_plan() const override {
    return print(base_.roles) +
           (problem_.turned ? "  sums are turned before they are stored\n"
                            : "") +
           (words_ ? fmt::format("  {} are multiplied in words of {}\n",
                                 words_->form.is_bf16 ? "bf16" : "bytes",
                                 words_->form.steps())
                   : "") +
           (windows_ ? "  taps read a padded copy of the image\n" : "");
  }

  Plan plan(KernelFrame &frame) override {
    SizeCode sizes(frame);
    PanelCut cut = emit_panel_cut(sizes, problem_);
    return {cut.tasks(sizes), cut.scratch_bytes};
  }

  void prologue(KernelFrame &frame) override {
    sizes_.emplace(frame);
    cut_ = emit_panel_cut(*sizes_, problem_);
  }

  void task(KernelFrame &, Value *number) override {
    PanelNest(*sizes_, problem_, cut_).emit(number);
  }

private:
  /// Weights of narrow reals are converted in the blocks.
  void choose_shape_for_panels() {
    DType type = base_.kernel.nodes[problem_.weights().node].type;
    if (type != base_.type)
      base_.shape = TileShape::choose_converting(base_.machine, type,
                                                 problem_.panels->steps);
  }

  ContractionProblem base_;
  std::optional<WordSides> words_;
  std::optional<BlockProblem> blocks_;
  std::optional<WordWindows> windows_;
  PanelProblem problem_;
  // For the run function that is being emitted; set by `prologue`.
  std::optional<SizeCode> sizes_;
  PanelCut cut_{};
};

} // namespace

std::unique_ptr<TaskGenerator>
panel_generator(const ContractionProblem &problem,
                const analysis::Panels &panels, bool turned) {
  return std::make_unique<PanelGenerator>(problem, panels, turned,
                                          std::nullopt);
}

std::unique_ptr<TaskGenerator>
word_generator(const ContractionProblem &problem, WordSides sides,
               std::optional<WordWindows> windows) {
  std::optional<analysis::Panels> panels = sides.panels;
  bool turned = sides.turned;
  return std::make_unique<PanelGenerator>(problem, panels, turned,
                                          std::move(sides), std::nullopt,
                                          std::move(windows));
}

std::unique_ptr<TaskGenerator> unpacked_generator(BlockProblem problem) {
  ContractionProblem base = problem.base;
  return std::make_unique<PanelGenerator>(base, std::nullopt, false,
                                          std::nullopt, std::move(problem));
}

} // namespace landfall::kernels
