//===- window_join.h - How the terms of a window are joined ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Minima and maxima of f32 are NaN if any term is, and order the zeros, which
// no x86 instruction does. So terms are written to scratch memory as integers
// of the same order, once for all windows that read them, and sums are read
// back:
//
//   real     -infinity .. -0       0 .. infinity  NaN
//   integer  807fffff .. ffffffff  0 .. 7f800000  the greatest or the least
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/lanes/lanes.h"
#include "kernel_analysis/contraction/window_sum.h"

namespace landfall::kernels {

/// Emits, for all lanes of `lanes`, on vectors of the sum's type. References
/// must outlive it.
class WindowJoin {
public:
  WindowJoin(Lanes &lanes, const analysis::WindowSum &sum)
      : lanes_(lanes), b(lanes.b()), sum_(sum),
        is_ordered_(sum.join != ScalarOp::add && sum.type == DType::f32) {}

  /// For names of functions that write terms.
  std::string suffix() const {
    return !is_ordered_ ? "" : sum_.join == ScalarOp::max ? "_max" : "_min";
  }
  /// The term of a value, and the value of a joined term.
  llvm::Value *term(llvm::Value *value);
  llvm::Value *value(llvm::Value *term);
  /// What a window without terms has.
  llvm::Value *init();
  llvm::Value *join(llvm::Value *sum, llvm::Value *term);

private:
  llvm::Value *swapped(llvm::Value *bits);

  Lanes &lanes_;
  llvm::IRBuilderBase &b;
  const analysis::WindowSum &sum_;
  bool is_ordered_;
};

} // namespace landfall::kernels
