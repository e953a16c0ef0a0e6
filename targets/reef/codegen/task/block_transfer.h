//===- block_transfer.h - Epilogue operands by DMA -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Transfers of the epilogue's operands between DRAM and the scratchpad. The
// vector unit would wait for each row that it reads from or writes to DRAM.
// Therefore operands that the epilogue accesses only at the result's own index
// are copied, one block at a time: a block that it reads is fetched by DMA
// while the sums are computed; the result overwrites the sums in the scratchpad
// and is written back by DMA while the next block is computed.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_epilogue.h"
#include "targets/reef/codegen/dma/dma.h"
#include "targets/reef/codegen/matrix/matrix_tiling.h"

namespace landfall::reef {

/// The operands of an epilogue that are copied block by block; a function of
/// the kernel only.
struct BlockOperands {
  BlockOperands(const Kernel &kernel, const analysis::ContractionRoles &roles);

  std::vector<uint32_t> read;    ///< Operands that are fetched.
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

  /// Sets the indices of the batch loops. Must be called first.
  void begin(const kernels::IndexValues &batch);
  /// Starts copying the part of each `read` operand that belongs to `block` to
  /// `copies`, an address with space for one block of sums for each of them.
  void fetch(const kernels::SumBlock &block, llvm::Value *copies);
  /// Waits until all transfers of operands and results are done.
  void wait();
  /// The same; but if the epilogue has no `read` operands and `but_last` (i1)
  /// is true, the last result's transfer need not be done.
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
