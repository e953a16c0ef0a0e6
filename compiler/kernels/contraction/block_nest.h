//===- block_nest.h - Products with weights scaled by blocks ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A task is some rows x points of one batch index:
//
//   pack the rows
//   for each few vectors of points:
//     for each block of K:
//       unpack the points' weights and multiply them by the rows'
//       (block_products.h)
//       sums += scales * (products - zero point * the sum of the row's block)
//     epilogue
//
// or, if rows are few and become digits (block_digits.h):
//
//   write the rows as digits
//   for each few vectors of points:
//     for each row: sum over all of K
//     epilogue
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/block_digits.h"
#include "compiler/kernels/contraction/contraction_epilogue.h"

namespace landfall::kernels {

/// Emits the code of a task at the frame's current place.
class BlockNest {
public:
  BlockNest(SizeCode &sizes, const BlockProblem &problem, const BlockCut &cut);
  /// `number` in [0, cut.tasks()).
  void emit(llvm::Value *number);

private:
  llvm::IRBuilderBase &b() { return sizes_.b(); }
  KernelFrame &frame() { return sizes_.frame(); }
  llvm::Value *index(int64_t value) { return frame().index(value); }
  const TileShape &shape() const { return problem_.base.shape; }
  DType type() const { return problem_.base.type; }

  void split(llvm::Value *number);
  llvm::SmallVector<unsigned, 4> heights() const;
  void emit_rows(unsigned rows);
  void emit_digits();
  void for_points(
      unsigned vectors,
      const std::function<void(llvm::Value *first, unsigned vectors)> &body);
  llvm::SmallVector<BlockLane, 4> lanes_at(llvm::Value *first,
                                           unsigned vectors);
  void emit_points(llvm::Value *first, unsigned vectors, unsigned rows);
  void emit_digit_points(llvm::Value *first, unsigned vectors);
  void finish_points(llvm::Value *first, unsigned vectors);
  void emit_blocks(llvm::ArrayRef<BlockLane> lanes, unsigned rows);
  llvm::Value *of_row(llvm::Value *area, unsigned row, llvm::Value *stride,
                      llvm::Value *block);
  /// The address of vector number `number` of the sums.
  llvm::Value *sum_address(llvm::Value *number);
  llvm::Value *sum_address(size_t number) {
    return sum_address(index(int64_t(number)));
  }

  SizeCode &sizes_;
  const BlockProblem &problem_;
  const BlockCut &cut_;
  Lanes lanes_;
  std::unique_ptr<BlockProducts> products_;
  std::optional<BlockDigits> digits_;
  Epilogue epilogue_;
  Interval rows_, points_; ///< What the task computes.
  IndexValues batch_;
};

} // namespace landfall::kernels
