//===- matrix_tiling.cpp - Cutting a product for the matrix unit ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/matrix_tiling.h"

#include "targets/reef/chip/registers.h"
#include "targets/reef/codegen/matrix_unit.h"

namespace landfall::reef {

using llvm::Value;

namespace {

constexpr int64_t element_bytes = 4;
/// Vectors of sums are read whole, up to this much behind the last one.
constexpr int64_t margin_bytes = 4096;

class TilingCode {
public:
  TilingCode(SizeCode &sizes, const ContractionRoles &roles)
      : sizes_(sizes), b(sizes.b()), roles_(roles) {}

  MatrixTiling emit() {
    t_.batch = extent(roles_.batch);
    t_.rows = extent(roles_.rows);
    t_.lanes = extent(roles_.lanes);
    t_.depth = extent(roles_.depth);
    t_.edge = chip(core_register::tile_edge);
    t_.panel = b.CreateShl(t_.edge, index(1));
    Value *usable =
        b.CreateSub(chip(core_register::scratch_bytes), index(margin_bytes));
    t_.quarter_bytes = b.CreateAnd(b.CreateLShr(usable, index(2)), index(-64));
    cut_depth();
    cut_result();
    return t_;
  }

private:
  Value *index(int64_t value) { return sizes_.frame().index(value); }
  Value *chip(uint64_t offset) {
    return read_core_register(sizes_.frame(), offset);
  }
  Value *extent(const std::vector<uint32_t> &loops) {
    return sizes_.extent(roles_.space, loops);
  }
  Value *at_least_one(Value *x) { return larger(b, x, index(1)); }
  Value *parts(Value *whole, Value *most) {
    return at_least_one(ceil_div(b, whole, most));
  }
  Value *panel_row_bytes() {
    return b.CreateMul(t_.panel, index(element_bytes));
  }

  /// Runs of nearly equal length, as long as one panel may be.
  void cut_depth() {
    Value *most =
        at_least_one(b.CreateUDiv(t_.quarter_bytes, panel_row_bytes()));
    t_.runs = parts(t_.depth, most);
    t_.depth_run = ceil_div(b, t_.depth, t_.runs);
  }

  /// Tasks as large as the scratchpad allows, so that few elements are packed
  /// twice, and smaller where cores would be idle.
  void cut_result() {
    Value *panel_bytes =
        b.CreateMul(at_least_one(t_.depth_run), panel_row_bytes());
    Value *block_bytes = b.CreateMul(t_.panel, panel_row_bytes());
    Value *row_panels = parts(t_.rows, t_.panel);
    Value *lane_panels = parts(t_.lanes, t_.panel);
    Value *rows =
        smaller(b, row_panels,
                at_least_one(b.CreateUDiv(t_.quarter_bytes, panel_bytes)));
    // Sums between runs of the depth stay in the scratchpad.
    Value *kept = b.CreateUDiv(
        at_least_one(b.CreateUDiv(t_.quarter_bytes, block_bytes)), rows);
    Value *one_run = b.CreateICmpEQ(t_.runs, index(1));
    Value *most_lanes =
        b.CreateSelect(one_run, lane_panels, at_least_one(kept));
    rows = b.CreateSelect(one_run, rows, index(1));
    Value *lanes = smaller(b, lane_panels, most_lanes);
    // Two tasks a core even out what cores wait for.
    Value *wanted = b.CreateMul(chip(core_register::cores), index(2));
    auto shrink = [&](Value *&mine) {
      Value *all =
          b.CreateMul(t_.batch, b.CreateMul(parts(row_panels, rows),
                                            parts(lane_panels, lanes)));
      Value *missing = parts(wanted, at_least_one(all));
      mine = at_least_one(b.CreateUDiv(mine, missing));
    };
    shrink(lanes);
    shrink(rows);
    t_.task_row_panels = rows;
    t_.task_lane_panels = lanes;
    // No tasks where there is nothing.
    t_.row_tasks = ceil_div(b, ceil_div(b, t_.rows, t_.panel), rows);
    t_.lane_tasks = ceil_div(b, ceil_div(b, t_.lanes, t_.panel), lanes);
  }

  SizeCode &sizes_;
  llvm::IRBuilderBase &b;
  const ContractionRoles &roles_;
  MatrixTiling t_{};
};

} // namespace

Value *MatrixTiling::tasks(SizeCode &sizes) const {
  llvm::IRBuilderBase &b = sizes.b();
  return b.CreateMul(batch, b.CreateMul(row_tasks, lane_tasks));
}

MatrixTiling emit_matrix_tiling(SizeCode &sizes,
                                const ContractionRoles &roles) {
  return TilingCode(sizes, roles).emit();
}

} // namespace landfall::reef
