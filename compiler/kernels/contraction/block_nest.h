//===- block_nest.h - Products with weights scaled by blocks ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Weights are small integers in panels, with a scale and a zero point for each
// block of K. They are unpacked in registers, a vector of points at a time:
//
//   for each panel of the task:
//     for each block of K:
//       for each step: unpack the points' elements, multiply them by the rows'
//       sums += scale * (the block's products - zero point * the rows' sums)
//     epilogue
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_epilogue.h"
#include "compiler/kernels/contraction/contraction_problem.h"
#include "kernel_analysis/contraction/scaled_factor.h"

namespace landfall::kernels {

/// Weights of the N side, as their factor is split.
struct BlockProblem {
  const ContractionProblem &base;
  analysis::ScaledFactor weights;

  const analysis::FactorLoad &load() const;
  int64_t width() const { return load().panels->width; }
  /// How many of the innermost loops of K are unrolled.
  size_t unrolled() const;
  /// The most rows of a task.
  int64_t most_rows() const;
};

/// How a launch is cut, and where its parts of scratch memory begin, in bytes;
/// all values are i64.
struct BlockCut {
  BlockCut(SizeCode &sizes, const BlockProblem &problem);

  llvm::Value *batch, *rows, *points, *k; ///< Extents.
  llvm::Value *blocks, *in_block;         ///< `k` is their product.
  llvm::Value *task_points, *row_tasks, *point_tasks;
  llvm::Value *row_stride; ///< Elements from one packed row to the next.
  /// Packed rows are at 0.
  llvm::Value *row_sums_at, *sums_at, *scratch_bytes;

  llvm::Value *tasks(SizeCode &sizes) const;
};

/// Emits the code of a task at the frame's current place.
class BlockNest {
public:
  BlockNest(SizeCode &sizes, const BlockProblem &problem, const BlockCut &cut);
  void emit(llvm::Value *number);

private:
  /// A vector of points: the first, and where the panels have it.
  struct Lane {
    llvm::Value *point, *offset; ///< i64; without the terms of K.
  };
  using Lines = llvm::SmallVector<llvm::Value *, 32>;

  llvm::IRBuilderBase &b() { return sizes_.b(); }
  KernelFrame &frame() { return sizes_.frame(); }
  llvm::Value *index(int64_t value) { return frame().index(value); }
  llvm::Value *at(llvm::Value *area, llvm::Value *element_number);
  const TileShape &shape() const { return problem_.base.shape; }

  void split(llvm::Value *number);
  void sum_rows();
  void emit_points(llvm::Value *first, unsigned vectors, unsigned rows);
  void emit_blocks(llvm::ArrayRef<Lane> lanes, unsigned rows);
  Lines emit_steps(size_t loop, llvm::ArrayRef<Lane> lanes, unsigned rows,
                   IndexValues &indices, const Lines &carried);
  Lines emit_step(llvm::ArrayRef<Lane> lanes, unsigned rows,
                  const IndexValues &indices, const Lines &carried);
  llvm::Value *element_at(const Lane &lane, const IndexValues &indices);
  llvm::Value *bit_field(NodeId value, const Lane &lane,
                         const IndexValues &indices);
  llvm::Value *value_of(const analysis::Factor &factor, const Lane &lane,
                        const IndexValues &indices);
  LaneValue loaded(const analysis::FactorLoad &load, const Lane &lane,
                   const IndexValues &indices);

  SizeCode &sizes_;
  const BlockProblem &problem_;
  const BlockCut &cut_;
  Lanes lanes_;
  Packer rows_packer_;
  Epilogue epilogue_;
  Interval rows_, points_; ///< What the task computes.
  IndexValues batch_;
};

} // namespace landfall::kernels
