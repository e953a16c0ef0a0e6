//===- panel_code.h - Factors on the vector unit ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The loops along the panel's width are split into stretches in which only the
// innermost index changes: there all offsets and guards are linear in the lane
// number. If rows of an image follow each other without a gap, the copy is one
// stretch, and only the guards depend on two loops.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/reef/codegen/dma/row_copy.h"
#include "targets/reef/codegen/panel/matrix_panel.h"

namespace landfall::reef {

/// A range of the innermost loop with the outer ones fixed.
struct Stretch {
  kernels::IndexValues outer;
  llvm::Value *index;  ///< The first one's innermost index.
  llvm::Value *column; ///< Its place in the panel.
  llvm::Value *count;
  /// If the stretch is of both loops: each lane's, as i32.
  kernels::LaneValue rows, columns;
};

/// The code of one call of evaluate_panel, whose arguments it is made with;
/// they must outlive it.
class PanelCode {
public:
  PanelCode(kernels::Packer &packer, const PanelTarget &target,
            llvm::Value *pitch, const Relocation &load0)
      : p_(packer), b(packer.b()), target_(target), pitch_(pitch),
        load0_(load0) {}

  void emit();

private:
  // panel_evaluation.cpp
  void emit_rows();
  llvm::Value *step();
  void emit_stretch(const Stretch &stretch, bool joined = false);
  void emit_run(const Stretch &group, const kernels::RowWalk::Run &run);
  kernels::LaneValue offset(size_t load, const Stretch &group,
                            const kernels::RowWalk::Run &run);
  llvm::Value *condition_base(size_t load, size_t c, const Stretch &group,
                              const kernels::RowWalk::Run &run);
  void emit_positions(const Stretch &group, const kernels::RowWalk::Run &run,
                      llvm::ArrayRef<kernels::LaneValue> guards,
                      llvm::ArrayRef<kernels::LaneValue> offsets);
  kernels::LaneValue along(const analysis::Affine &form, llvm::Value *base,
                           const Stretch &group);
  kernels::LaneValue guard(size_t load, const Stretch &group,
                           const kernels::RowWalk::Run &run);
  kernels::LaneValue load(size_t number, const kernels::LaneValue &offset,
                          llvm::Value *position,
                          const kernels::LaneValue &guard,
                          const kernels::LaneValue &other);
  void store(llvm::Value *row, const Stretch &group,
             const kernels::LaneValue &value);
  llvm::Value *index(int64_t value) { return p_.frame().index(value); }

  // panel_copy.cpp
  bool has_constant_other();
  bool is_copy();
  bool converts();
  llvm::Value *is_joined();
  llvm::Value *is_small(const analysis::Affine &form,
                        const analysis::LoopSpan &loop);
  void find_image_indices(Stretch &group);
  kernels::LaneValue over_image(const analysis::Affine &form, llvm::Value *base,
                                const Stretch &group);
  void copy_run(const Stretch &group, const kernels::RowWalk::Run &run);
  llvm::Value *ends_hold(const Stretch &group,
                         const kernels::RowWalk::Run &run);
  RowCopy rows_of(const Stretch &group, const kernels::RowWalk::Run &run,
                  const kernels::LaneValue &offset);
  void copy(const Stretch &group, const kernels::RowWalk::Run &run,
            const kernels::LaneValue &offset, const kernels::LaneValue &guard);

  kernels::Packer &p_;
  llvm::IRBuilderBase &b;
  const PanelTarget &target_;
  llvm::Value *pitch_;
  const Relocation &load0_;
};

} // namespace landfall::reef
