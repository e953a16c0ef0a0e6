//===- matrix_contraction.cpp - Contractions on the matrix unit -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/task/matrix_contraction.h"

#include "compiler/kernels/frame/loop_builder.h"
#include "targets/reef/chip/registers.h"
#include "targets/reef/codegen/matrix/matrix_unit.h"
#include "targets/reef/codegen/task/matrix_task.h"

#include <optional>

namespace landfall::reef {

using llvm::Value;

namespace {

/// For narrow reals both designs are emitted, and the chip's features choose at
/// run time.
class MatrixContraction : public kernels::TaskGenerator {
public:
  MatrixContraction(MatrixDesign design, std::optional<MatrixDesign> of_narrow)
      : design_(std::move(design)), of_narrow_(std::move(of_narrow)) {}

  std::string print_plan() const override { return print(design_.roles); }

  Plan plan(kernels::KernelFrame &frame) override {
    kernels::SizeCode sizes(frame);
    Plan plan = this->plan(sizes, design_);
    if (!of_narrow_)
      return plan;
    Plan other = this->plan(sizes, *of_narrow_);
    Value *has = multiplies_narrow(frame);
    return {frame.b.CreateSelect(has, other.tasks, plan.tasks),
            frame.b.CreateSelect(has, other.scratch_bytes, plan.scratch_bytes)};
  }
  void prologue(kernels::KernelFrame &frame) override {
    sizes_.emplace(frame);
    tiling_ = tile(*sizes_, design_);
    if (!of_narrow_)
      return;
    tiling_of_narrow_ = tile(*sizes_, *of_narrow_);
    multiplies_narrow_ = multiplies_narrow(frame);
  }
  void task(kernels::KernelFrame &frame, Value *number) override {
    auto emit = [&](const MatrixDesign &design, const MatrixTiling &tiling) {
      MatrixTask(*sizes_, design, tiling).emit(number);
      return kernels::Values();
    };
    if (!of_narrow_)
      emit(design_, tiling_);
    else
      kernels::emit_if(
          frame, multiplies_narrow_,
          [&] { return emit(*of_narrow_, tiling_of_narrow_); },
          [&] { return emit(design_, tiling_); });
  }

private:
  /// i1: whether the chip has multiply-adds of these.
  Value *multiplies_narrow(kernels::KernelFrame &frame) {
    Value *features = read_core_register(frame, core_register::features);
    uint64_t wanted = of_narrow_->types().are_halves() ? matrix_f16 : matrix_f8;
    Value *bit = frame.b.CreateAnd(features, frame.b.getInt64(wanted));
    return frame.b.CreateICmpNE(bit, frame.index(0));
  }
  MatrixTiling tile(kernels::SizeCode &sizes, const MatrixDesign &design) {
    return emit_matrix_tiling(sizes, design.roles,
                              design.tiling_requirements());
  }
  Plan plan(kernels::SizeCode &sizes, const MatrixDesign &design) {
    MatrixTiling tiling = tile(sizes, design);
    DepthParts parts(sizes, tiling);
    parts.clear_counters();
    return {tiling.tasks(sizes), parts.scratch_bytes()};
  }

  MatrixDesign design_;
  std::optional<MatrixDesign> of_narrow_;
  // Of the run function being emitted.
  std::optional<kernels::SizeCode> sizes_;
  MatrixTiling tiling_{}, tiling_of_narrow_{};
  Value *multiplies_narrow_ = nullptr; ///< i1
};

/// If both factors are of one type, or of those of f8.
std::optional<MatrixDesign>
design_of_narrow(const Kernel &kernel,
                 const analysis::ContractionRoles &roles) {
  auto rows = read_narrow_factor(kernel, roles, roles.m_side);
  auto lanes = read_narrow_factor(kernel, roles, roles.n_side);
  if (!rows.ok() || !lanes.ok() ||
      (rows->type != lanes->type &&
       (size_of(rows->type) != 1 || size_of(lanes->type) != 1)))
    return {};
  return MatrixDesign(kernel, roles, *rows, *lanes);
}

bool is_thin(const analysis::ContractionRoles &roles,
             const std::vector<uint32_t> &loops) {
  return roles.extent(loops).constant().value_or(min_edges) < min_edges;
}

Error refusal(const char *reason) { return {ErrorCode::unsupported, reason}; }

} // namespace

Result<std::unique_ptr<kernels::TaskGenerator>>
matrix_contraction(const Kernel &kernel, const kernels::Machine &) {
  analysis::ContractionRoles roles = TRY(analysis::analyze_contraction(kernel));
  if (is_thin(roles, roles.m_loops) || is_thin(roles, roles.n_loops))
    return refusal("it has too few rows or columns to fill tiles");
  PanelFactor rows = TRY(read_panel_factor(kernel, roles, roles.m_side));
  PanelFactor lanes = TRY(read_panel_factor(kernel, roles, roles.n_side));
  std::optional<MatrixDesign> of_narrow = design_of_narrow(kernel, roles);
  return std::unique_ptr<kernels::TaskGenerator>(
      std::make_unique<MatrixContraction>(
          MatrixDesign(kernel, std::move(roles), rows, lanes),
          std::move(of_narrow)));
}

} // namespace landfall::reef
