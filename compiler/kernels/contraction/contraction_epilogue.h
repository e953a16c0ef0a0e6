//===- contraction_epilogue.h - From sums to results -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_code.h"

namespace landfall::kernels {

/// An operand's part in a block, copied: [row][lane] like the sums. All
/// accesses of the body are at the result's own place.
struct BlockCopy {
  uint32_t operand;
  llvm::Value *address;
  llvm::Value *begin, *stride; ///< In elements: the part in the operand.
  llvm::Value *exists;         ///< i1. If not, the operand itself is accessed.
};

/// The offset of the result's element at a point.
analysis::Affine result_form(const Kernel &kernel);

/// A block of finished sums: [row][lane], rows `stride` elements apart.
struct SumBlock {
  llvm::Value *sums;
  llvm::Value *stride;
  Interval rows, lanes; ///< In the flattened row and lane loops.
  llvm::ArrayRef<BlockCopy> copies = {};
};

/// Emits the body of a contraction on blocks of sums and stores what it yields.
/// Up to a vector behind a row of sums is read.
class Epilogue {
public:
  Epilogue(SizeCode &sizes, Lanes &lanes,
           const analysis::ContractionRoles &roles);

  void emit(const SumBlock &block, const IndexValues &batch);
  /// One vector of finished sums: lanes from `first` on of the innermost lane
  /// loop, the other loops at `indices`. Only active lanes are stored.
  void emit_vector(llvm::Value *sum, llvm::Value *first,
                   const IndexValues &indices);

private:
  bool lanes_join() const;
  /// A pointer for each row: the first one's, and bytes to the next.
  struct Walk {
    llvm::Value *start, *step;
  };
  Walk redirected(const BlockCopy &copy, llvm::Value *stride);
  llvm::Value *bytes_of(llvm::Value *elements, DType type);
  void emit_row(const SumBlock &block, llvm::Value *sums,
                const IndexValues &indices);
  void emit_lanes(llvm::Value *sums, llvm::Value *first, llvm::Value *count,
                  const IndexValues &indices);
  llvm::Value *result_offset(const IndexValues &indices);

  SizeCode &sizes_;
  Lanes &lanes_;
  const analysis::ContractionRoles &roles_;
  const Kernel &kernel_;
  bool joined_; ///< The lane loops are one loop to all loads and stores.
};

} // namespace landfall::kernels
