//===- contraction_epilogue.h - From sums to results -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/body/body_values.h"
#include "compiler/kernels/contraction/contraction_code.h"

namespace landfall::kernels {

/// A copy in fast memory of the part of an operand that belongs to a block,
/// laid out like the sums: [row][lane] with SumBlock::stride. The epilogue then
/// accesses the copy instead of the operand, which it may access only at the
/// result's own index.
struct BlockCopy {
  uint32_t operand;
  llvm::Value *address; ///< The copy.
  /// The part in the operand: its first element, and from row to row (i64, in
  /// elements).
  llvm::Value *begin, *stride;
  llvm::Value *exists; ///< i1; if false, the operand itself is accessed.
};

/// The offset of a result element, in elements, as a function of the result
/// loops: of a dense row-major tensor.
analysis::Affine result_form(const Kernel &kernel);

/// A block of sums in memory: [row][lane]. Rows are points of M, lanes of N.
struct SumBlock {
  llvm::Value *sums;    ///< Address; elements have the accumulator's type.
  llvm::Value *stride;  ///< From one row to the next (i64, in elements).
  Interval rows, lanes; ///< Which part of the flattened M and N loops it is.
  llvm::ArrayRef<BlockCopy> copies = {};
  /// Whether there are few vectors of lanes: what depends on the lanes alone is
  /// then computed for each of these, before the rows.
  bool is_narrow = false;
};

/// Emits the body of a contraction (its epilogue) on blocks of sums, and the
/// stores of the results. Reads whole vectors of sums, so that up to one vector
/// beyond the end of a row must be readable.
class Epilogue {
public:
  Epilogue(SizeCode &sizes, Lanes &lanes,
           const analysis::ContractionRoles &roles);

  /// `batch`: the indices of the batch loops.
  void emit(const SumBlock &block, const IndexValues &batch);
  /// The same for one vector of finished sums. Lane 0 is at index `first` of
  /// the innermost N loop; `indices` are those of the other result loops. Only
  /// active lanes are stored.
  void emit_vector(llvm::Value *sum, llvm::Value *first,
                   const IndexValues &indices);

private:
  bool lanes_join() const;
  bool is_short() const;
  /// A pointer that advances from row to row: `start` for the first row, `step`
  /// bytes to the next.
  struct Walk {
    llvm::Value *start, *step;
  };
  llvm::SmallVector<llvm::Value *, 4>
  next_row(llvm::ArrayRef<llvm::Value *> row);
  Walk redirected(const BlockCopy &copy, llvm::Value *stride);
  llvm::Value *bytes_of(llvm::Value *elements, DType type);
  void emit_row(const SumBlock &block, llvm::Value *sums,
                const IndexValues &indices);
  void emit_narrow(const SumBlock &block, const IndexValues &batch);
  class Rows; ///< The rows of one vector of lanes (epilogue_rows.cpp).
  BodyEmitter begin_body(const IndexValues &indices, llvm::Value *first);
  void store(BodyEmitter &body, llvm::Value *offset);
  bool rows_join() const;
  void emit_lanes(llvm::Value *sums, llvm::Value *first, llvm::Value *count,
                  const IndexValues &indices);
  llvm::Value *result_offset(const IndexValues &indices, llvm::Value *first);

  SizeCode &sizes_;
  Lanes &lanes_;
  const analysis::ContractionRoles &roles_;
  const Kernel &kernel_;
  bool has_checks_;
  /// Whether the N loops can be treated as one flattened loop, as all loads and
  /// stores access them with a constant stride.
  bool joined_;
  /// The same for the M loops.
  bool rows_join_;
  /// Whether the body is so little that the usual vectors of a row have code
  /// of their own: a loop would take as long as it.
  bool is_short_;
};

} // namespace landfall::kernels
