//===- block_transfer.h - Results through the scratchpad -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The vector unit waits for each row that it reads from DRAM, or writes there.
// So the operands that an epilogue reads or writes at the result's own place
// only go through the scratchpad: blocks of the former come by DMA while the
// sums are made, the result takes the place of the sums and leaves while the
// next ones are.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_epilogue.h"
#include "targets/reef/codegen/dma/dma.h"
#include "targets/reef/codegen/matrix/matrix_tiling.h"

namespace landfall::reef {

/// What the structure of an epilogue decides.
struct BlockOperands {
  BlockOperands(const Kernel &kernel, const analysis::ContractionRoles &roles);

  std::vector<uint32_t> read;
  std::vector<uint32_t> written; ///< The result, or nothing.
  bool is_sum = false;           ///< The result is the sums as they are.
  analysis::Affine form;         ///< Of the result's offset.
  analysis::SizePolynomial
      row_stride; ///< Between rows of the flattened row loops.
};

class BlockTransfer {
public:
  BlockTransfer(kernels::SizeCode &sizes, const BlockOperands &operands,
                const MatrixTiling &tiling)
      : sizes_(sizes), b(sizes.b()), operands_(operands), tiling_(tiling) {}

  /// Fixes the loops that are neither rows nor lanes.
  void begin(const kernels::IndexValues &batch);
  /// The part of each operand that `block` is about: to `copies`, as many
  /// blocks of sums.
  void fetch(const kernels::SumBlock &block, llvm::Value *copies);
  /// Until blocks that were fetched are there, and results have left.
  void wait();
  /// Where nothing was fetched, and `but_last` (i1): but the last result.
  void wait(llvm::Value *but_last);
  /// `block` with its copies; its sums become the result.
  void emit(kernels::Epilogue &epilogue, kernels::SumBlock block,
            llvm::Value *copies, const kernels::IndexValues &batch);

private:
  kernels::BlockCopy copy(const kernels::SumBlock &block, uint32_t operand,
                          llvm::Value *address);
  kernels::BlockCopy read_copy(const kernels::SumBlock &block,
                               llvm::Value *copies, size_t number);
  Transfer transfer(const kernels::SumBlock &block,
                    const kernels::BlockCopy &copy);
  Dma dma();

  kernels::SizeCode &sizes_;
  llvm::IRBuilderBase &b;
  const BlockOperands &operands_;
  const MatrixTiling &tiling_;
  llvm::Value *base_ = nullptr;
};

} // namespace landfall::reef
