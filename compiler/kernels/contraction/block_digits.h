//===- block_digits.h - Rows of reals in digits of bytes -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Machines multiply bytes four times as fast as reals, and weights of a few
// bits need no conversion then. A block of a row is written as
//
//   x = s * (d0 + 256 * d1 + 256^2 * d2 + 256^3 * d3) + rest
//
// with signed bytes d and a power of two s, about 2^-30 of the largest x: a
// product with weights is four sums of integers, which are exact. So is x, of
// which digits leave at most s / 2, unless it is 2^7 times smaller than the
// block's largest. Where that is more than K / 4 * 2^-24 of x, the rests of the
// block are written as a record of digits of their own.
//
// With u = 2^-24 and terms t = x * (w - zero) * scale, the result differs from
// the exact sum by at most K * u * (the sum of |t|), for K >= 16, the bound of
// a sum of K products in f32: what is left of x adds K / 4 * u. The four sums
// less zero * (the sum of digits) are rounded once each, 4 u in all, as digits
// in their places have at most 3.1 times the magnitude of x; adding these up
// 5 u, as each part sum has at most twice that magnitude; and each of at most
// 2 * K / 16 records, added to the result, u. Multiplying by s rounds nothing.
//
// What cannot be written so (infinite, not a number, or a block whose largest
// is far from 1) is left to products of reals.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/block_products.h"
#include "compiler/kernels/frame/loop_builder.h"

namespace landfall::kernels {

/// Emits the rows of a task as digits, and their products. All references must
/// outlive it.
class BlockDigits {
public:
  explicit BlockDigits(BlockProducts &products);

  /// Whether so many rows (i64, at least 1), of at least one step, are
  /// multiplied so (i1).
  llvm::Value *suits(llvm::Value *rows);
  /// Writes the rows that are packed as reals at the beginning of scratch
  /// memory. Returns whether all of them can be multiplied so (i1).
  llvm::Value *write(llvm::Value *rows);
  /// A row's sums of products over all of K, by lane, as vectors of f32;
  /// `batch` are the indices of the batch loops.
  Lines emit(llvm::Value *row, const IndexValues &batch,
             llvm::ArrayRef<BlockLane> points);

private:
  /// Where a record's parts are, in bytes from its beginning; digits follow.
  enum Head : int64_t { block_at = 0, scale_at = 4, sums_at = 8 };
  struct Written {
    llvm::Value *is_tame;  ///< Its magnitude can be written (i1).
    llvm::Value *is_whole; ///< No rest counts (i1).
  };

  llvm::IRBuilderBase &b() { return p_.b(); }
  llvm::Value *index(int64_t value) { return p_.index(value); }
  llvm::Value *record_at(llvm::Value *row, llvm::Value *number);
  llvm::Value *byte_at(llvm::Value *record, llvm::Value *offset);
  llvm::Value *digits_at(llvm::Value *record, unsigned digit,
                         llvm::Value *step);
  llvm::Value *sorted(llvm::Value *values);
  llvm::Value *sorted_place(llvm::Value *step);
  llvm::Value *values_at(llvm::Value *values, llvm::Value *step);
  llvm::Value *largest_bits(llvm::Value *values);
  Values write_block(llvm::Value *row, llvm::Value *block,
                     llvm::Value *records);
  Written write_record(llvm::Value *record, llvm::Value *values,
                       llvm::Value *originals);
  void write_digits(llvm::Value *record, llvm::Value *step,
                    llvm::Value *integers, Values &sums);
  Lines sums_of(llvm::Value *record, IndexValues indices,
                llvm::ArrayRef<BlockLane> points);
  llvm::Value *joined(llvm::Value *record, llvm::ArrayRef<llvm::Value *> sums,
                      llvm::Value *zero);

  BlockProducts &p_;
  WordForm form_;
  /// Outside of all loops.
  llvm::Value *rests_;     ///< Address.
  llvm::Value *most_rest_; ///< Of an element, relative to it: f32.
};

} // namespace landfall::kernels
