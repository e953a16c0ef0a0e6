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

#include <functional>

namespace landfall::kernels {

/// The current index of each loop, by its variable number (i64; vectors of i64
/// in gathered vectors, contraction_segments.h). A missing entry means 0.
using IndexValues = llvm::DenseMap<uint32_t, llvm::Value *>;

/// An interval of i64 values: [begin, begin + count).
struct Interval {
  llvm::Value *begin = nullptr;
  llvm::Value *count = nullptr;
};

/// Emits the values of size polynomials. Each distinct polynomial is computed
/// once, in a block that the constructor adds at the current place, so that its
/// value dominates all code that is emitted later.
class SizeCode {
public:
  explicit SizeCode(KernelFrame &frame);

  KernelFrame &frame() { return frame_; }
  llvm::IRBuilderBase &b() { return frame_.b; }
  /// The value of a polynomial (i64).
  llvm::Value *value(const analysis::SizePolynomial &polynomial);
  /// The product of the extents of these variables (i64).
  llvm::Value *extent(const analysis::IndexSpace &space,
                      const std::vector<uint32_t> &variables);
  /// base + sum of coefficient * index over the variables that have an entry in
  /// `indices`. The constant of `form` is not added.
  llvm::Value *add_terms(llvm::Value *base, const analysis::Affine &form,
                         const IndexValues &indices);

private:
  KernelFrame &frame_;
  /// The terminator of the block that holds the values: new ones go before it.
  llvm::Instruction *end_;
  std::map<std::map<analysis::SizePolynomial::Monomial, int64_t>, llvm::Value *>
      values_;
};

/// Decomposes the flattened (row-major) index `flat` of several loops into one
/// index for each loop and adds them to `indices`. `variables` or `spans` are
/// the loops, outermost first.
void split_index(SizeCode &sizes, const analysis::IndexSpace &space,
                 const std::vector<uint32_t> &variables, llvm::Value *flat,
                 IndexValues &indices);
void split_index(SizeCode &sizes, const std::vector<analysis::LoopSpan> &spans,
                 llvm::Value *flat, IndexValues &indices);

/// Emits the scalar expression of a factor, for all lanes at once. The caller
/// emits the loads and passes their values to `set`; `value` emits the
/// operations on them, each once. In an inner scope (the body of an emitted
/// loop), use a copy: it reuses the values of the outer scope, and values that
/// it adds are not used outside, where they do not dominate.
class FactorCode {
public:
  FactorCode(Lanes &lanes, const analysis::Factor &factor)
      : lanes_(lanes), factor_(&factor) {}
  void set(NodeId node, LaneValue value) { values_[node] = value; }
  /// The value of `node`. The loads that it depends on must have been set.
  LaneValue value(NodeId node);

private:
  Lanes &lanes_;
  const analysis::Factor *factor_;
  llvm::DenseMap<NodeId, LaneValue> values_;
};

/// A run of K: some steps whose products are added to the sums at once.
struct Run {
  Interval k;
  llvm::Value *continues; ///< i1: it is not the first run.
  llvm::Value *finishes;  ///< i1: it is the last run.
};

/// Emits a loop over the `runs` runs of K, each of `run_k` steps, the last of
/// what is left of `k`.
void for_runs(KernelFrame &frame, llvm::Value *k, llvm::Value *run_k,
              llvm::Value *runs, const std::function<void(const Run &)> &body);

/// Takes the part of an extent that a task's number says, which counts along it
/// first: `parts` parts of `most` points, the last of what is left. `number`
/// becomes what says the rest.
Interval take_part(llvm::IRBuilderBase &b, llvm::Value *&number,
                   llvm::Value *parts, llvm::Value *most, llvm::Value *extent);

/// How many tasks a launch should have: `most`, or fewer if few threads run
/// them (i64).
llvm::Value *wanted_tasks(KernelFrame &frame, int64_t most);

/// ceil(x / y), and x rounded up to a multiple of y, for i64 x >= 0 and y > 0.
llvm::Value *ceil_div(llvm::IRBuilderBase &b, llvm::Value *x, llvm::Value *y);
llvm::Value *round_up(llvm::IRBuilderBase &b, llvm::Value *x, llvm::Value *y);
/// The signed minimum and maximum.
llvm::Value *smaller(llvm::IRBuilderBase &b, llvm::Value *x, llvm::Value *y);
llvm::Value *larger(llvm::IRBuilderBase &b, llvm::Value *x, llvm::Value *y);
/// The address of the element at `offset` (in elements).
llvm::Value *element(llvm::IRBuilderBase &b, llvm::Type *type,
                     llvm::Value *pointer, llvm::Value *offset);

} // namespace landfall::kernels
