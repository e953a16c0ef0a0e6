//===- block_transfer.h - Results through the scratchpad -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Epilogues through the scratchpad. The vector unit would wait for every row
// that it reads from or writes to DRAM. So operands that the epilogue accesses
// only at the result's own index are copied block by block: blocks that it
// reads come by DMA while the sums are computed; the result overwrites the sums
// and leaves by DMA while the next block is computed.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_epilogue.h"
#include "targets/reef/codegen/dma/dma.h"
#include "targets/reef/codegen/matrix/matrix_tiling.h"

namespace landfall::reef {

/// The operands of an epilogue that can be copied so; a function of the kernel
/// only.
struct BlockOperands {
  BlockOperands(const Kernel &kernel, const analysis::ContractionRoles &roles);

  std::vector<uint32_t> read;
  std::vector<uint32_t> written; ///< The result; empty if it cannot be copied.
  bool is_sum = false;           ///< The result is the sums unchanged.
  analysis::Affine form;         ///< The result's offset, in elements.
  /// Elements between rows of the flattened row loops.
  analysis::SizePolynomial row_stride;
};

class BlockTransfer {
public:
  BlockTransfer(kernels::SizeCode &sizes, const BlockOperands &operands,
                const MatrixTiling &tiling)
      : sizes_(sizes), b(sizes.b()), operands_(operands), tiling_(tiling) {}

  /// Sets the values of the batch loops.
  void begin(const kernels::IndexValues &batch);
  /// Starts copying the part of each read operand that belongs to `block` to
  /// `copies`, one block of the size of the sums for each.
  void fetch(const kernels::SumBlock &block, llvm::Value *copies);
  /// Waits until fetched blocks have arrived and results have left.
  void wait();
  /// The same; but if nothing was fetched and `but_last` (i1) is true, the last
  /// result may still be in transfer.
  void wait(llvm::Value *but_last);
  /// Emits the epilogue of `block` with its copies, in place of the sums, and
  /// starts the result's transfer.
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
