//===- contraction_code.h - Sizes, offsets and factors as code -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/lanes/lanes.h"
#include "kernel_analysis/contraction/contraction_roles.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"

namespace landfall::kernels {

/// Index values by variable; absent ones are 0.
using IndexValues = llvm::DenseMap<uint32_t, llvm::Value *>;

/// An interval of i64 values: [begin, begin + count).
struct Interval {
  llvm::Value *begin = nullptr;
  llvm::Value *count = nullptr;
};

/// Emits polynomials over the sizes. Each is computed once, at the place where
/// this object was created, so that its value dominates all code emitted later.
class SizeCode {
public:
  explicit SizeCode(KernelFrame &frame);

  KernelFrame &frame() { return frame_; }
  llvm::IRBuilderBase &b() { return frame_.b; }
  llvm::Value *value(const analysis::SizePolynomial &polynomial);
  /// The product of the extents of these variables / spans.
  llvm::Value *extent(const analysis::IndexSpace &space,
                      const std::vector<uint32_t> &variables);
  /// base + sum of coefficient * index over the variables in `indices`.
  llvm::Value *add_terms(llvm::Value *base, const analysis::Affine &form,
                         const IndexValues &indices);

private:
  KernelFrame &frame_;
  llvm::Instruction *end_; ///< Of the block that holds the values.
  std::map<std::map<analysis::SizePolynomial::Monomial, int64_t>, llvm::Value *>
      values_;
};

/// Adds to `indices` the values of `variables` (outermost first) at the
/// flattened index `flat`.
void split_index(SizeCode &sizes, const analysis::IndexSpace &space,
                 const std::vector<uint32_t> &variables, llvm::Value *flat,
                 IndexValues &indices);
void split_index(SizeCode &sizes, const std::vector<analysis::LoopSpan> &spans,
                 llvm::Value *flat, IndexValues &indices);

/// Emits a factor's scalar code around its loads, for all lanes. A copy of the
/// object is for code in an inner scope: it knows all values emitted so far.
class FactorCode {
public:
  FactorCode(Lanes &lanes, const analysis::Factor &factor)
      : lanes_(lanes), factor_(&factor) {}
  void set(NodeId node, LaneValue value) { values_[node] = value; }
  /// The value of `node`; emits the nodes that it depends on. All loads that it
  /// depends on must have been set.
  LaneValue value(NodeId node);

private:
  Lanes &lanes_;
  const analysis::Factor *factor_;
  llvm::DenseMap<NodeId, LaneValue> values_;
};

/// Arithmetic on non-negative i64 values.
llvm::Value *ceil_div(llvm::IRBuilderBase &b, llvm::Value *x, llvm::Value *y);
llvm::Value *round_up(llvm::IRBuilderBase &b, llvm::Value *x, llvm::Value *y);
llvm::Value *smaller(llvm::IRBuilderBase &b, llvm::Value *x, llvm::Value *y);
llvm::Value *larger(llvm::IRBuilderBase &b, llvm::Value *x, llvm::Value *y);
/// The address of the element at `offset` (in elements).
llvm::Value *element(llvm::IRBuilderBase &b, llvm::Type *type,
                     llvm::Value *pointer, llvm::Value *offset);

} // namespace landfall::kernels
