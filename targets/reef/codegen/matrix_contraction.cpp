//===- matrix_contraction.cpp - Contractions on the matrix unit -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/matrix_contraction.h"

#include "targets/reef/codegen/matrix_task.h"

#include <optional>

namespace landfall::reef {

using llvm::Value;

namespace {

class MatrixContraction : public TaskGenerator {
public:
  explicit MatrixContraction(MatrixDesign design)
      : design_(std::move(design)) {}

  Plan plan(KernelFrame &frame) override {
    SizeCode sizes(frame);
    MatrixTiling tiling = tile(sizes);
    DepthParts parts(sizes, tiling);
    parts.clear_counters();
    return {tiling.tasks(sizes), parts.scratch_bytes()};
  }
  void prologue(KernelFrame &frame) override {
    sizes_.emplace(frame);
    tiling_ = tile(*sizes_);
  }
  void task(KernelFrame &, Value *number) override {
    MatrixTask(*sizes_, design_, tiling_).emit(number);
  }

private:
  MatrixTiling tile(SizeCode &sizes) {
    return emit_matrix_tiling(sizes, design_.roles, design_.wishes());
  }

  MatrixDesign design_;
  // Of the run function being emitted.
  std::optional<SizeCode> sizes_;
  MatrixTiling tiling_{};
};

bool is_thin(const ContractionRoles &roles,
             const std::vector<uint32_t> &loops) {
  SizePolynomial extent(1);
  for (uint32_t variable : loops)
    extent = extent * SizePolynomial::of(roles.space.extents[variable]);
  return extent.constant().value_or(fewest_edges) < fewest_edges;
}

Error refusal(const char *reason) { return {ErrorCode::unsupported, reason}; }

} // namespace

Result<std::unique_ptr<TaskGenerator>> matrix_contraction(const Kernel &kernel,
                                                          const Machine &) {
  ContractionRoles roles = TRY(analyze_contraction(kernel));
  if (is_thin(roles, roles.rows) || is_thin(roles, roles.lanes))
    return refusal("it has too few rows or columns to fill tiles");
  PanelFactor rows = TRY(read_panel_factor(kernel, roles, roles.broadcast));
  PanelFactor lanes = TRY(read_panel_factor(kernel, roles, roles.lane));
  return std::unique_ptr<TaskGenerator>(std::make_unique<MatrixContraction>(
      MatrixDesign(kernel, std::move(roles), rows, lanes)));
}

} // namespace landfall::reef
