//===- contraction_generator.cpp - Kernels that sum products --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_generator.h"
#include "compiler/kernels/contraction/contraction_stencil.h"
#include "compiler/kernels/contraction/contraction_task.h"

#include <optional>

namespace landfall::kernels {

namespace {

class ContractionGenerator : public TaskGenerator {
public:
  explicit ContractionGenerator(ContractionDesign design)
      : design_(std::move(design)) {}

  Plan plan(KernelFrame &frame) override {
    SizeCode sizes(frame);
    Tiling tiling = tile(sizes);
    return {tiling.tasks(sizes), tiling.scratch_bytes};
  }

  void prologue(KernelFrame &frame) override {
    sizes_.emplace(frame);
    tiling_ = tile(*sizes_);
  }

  void task(KernelFrame &, llvm::Value *number) override {
    ContractionTask(*sizes_, design_, tiling_).emit(number);
  }

private:
  Tiling tile(SizeCode &sizes) {
    return emit_tiling(sizes, design_.roles, design_.shape,
                       design_.lane.is_dense());
  }

  ContractionDesign design_;
  // Of the run function being emitted.
  std::optional<SizeCode> sizes_;
  Tiling tiling_{};
};

} // namespace

Result<std::unique_ptr<TaskGenerator>>
contraction_generator(const Kernel &kernel, const Machine &machine) {
  analysis::ContractionRoles roles = TRY(analysis::analyze_contraction(kernel));
  if (is_stencil(roles))
    return stencil_generator(kernel, machine, std::move(roles));
  return std::unique_ptr<TaskGenerator>(std::make_unique<ContractionGenerator>(
      ContractionDesign(kernel, machine, std::move(roles))));
}

} // namespace landfall::kernels
