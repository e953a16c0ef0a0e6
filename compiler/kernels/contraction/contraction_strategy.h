//===- contraction_strategy.h - A way to compute contractions --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Each strategy is one file of strategies/ and one row of
// contraction_strategies.def; docs/add_a_strategy.md shows how to write one. A
// strategy is stateless: what it knows of a kernel is in the problem.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_problem.h"
#include "compiler/kernels/frame/task_generator.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace landfall::kernels {

class BlockStrategy;
class KernelStrategy;
class PackedNest;
struct SumPlace;

/// Whether a strategy serves a contraction; if not, why: a clause to follow
/// "because".
struct Applies {
  bool yes = true;
  std::string reason;

  static Applies no(std::string reason) { return {false, std::move(reason)}; }
  explicit operator bool() const { return yes; }
};

/// Either a KernelStrategy or a BlockStrategy.
class ContractionStrategy {
public:
  virtual ~ContractionStrategy() = default;
  virtual std::string_view name() const = 0;
  virtual Applies applies(const ContractionProblem &problem) const = 0;
  virtual const KernelStrategy *as_kernel() const { return nullptr; }
  virtual const BlockStrategy *as_block() const { return nullptr; }
};

/// Computes a whole kernel with a loop nest of its own. It may serve the sizes
/// of some launches only; the others use the rows below.
class KernelStrategy : public ContractionStrategy {
public:
  const KernelStrategy *as_kernel() const final { return this; }
  /// Whether it serves every launch of a problem that it applies to.
  virtual bool takes_all_sizes() const { return true; }
  /// If not: whether this launch's sizes call for it (i1). Emitted in the plan
  /// function and in the run function.
  virtual llvm::Value *suits(SizeCode &, const ContractionProblem &) const {
    llvm_unreachable("takes all sizes");
  }
  /// For a problem that it applies to. The generator must not rewrite the
  /// description (TaskGenerator::rewritten).
  virtual std::unique_ptr<TaskGenerator>
  generator(const ContractionProblem &problem) const = 0;
};

/// Sums blocks within the loop nest of packed_nest.h, which packs the M side
/// and stores the results. The sizes of each launch choose one of the
/// strategies that apply; the last of them also computes what that one does not
/// cover.
class BlockStrategy : public ContractionStrategy {
public:
  /// Which part of a task's N the strategy computes. i64 but for `suits`.
  struct Stretch {
    llvm::Value *suits; ///< i1: whether this launch's sizes call for it.
    llvm::Value *width; ///< The extent of a panel along N; `emit` sums panels.
    llvm::Value *end; ///< It computes [0, end), counted from the task's first.
    llvm::Value *group; ///< N per call of `make_ready`: a multiple of `width`.
  };

  const BlockStrategy *as_block() const final { return this; }
  /// Emits the choice, once before the code of a run of K.
  virtual Stretch choose(PackedNest &nest) const = 0;
  /// Whether it computes all of N at all sizes. Rows below are then not used.
  virtual bool takes_all_sizes() const { return false; }
  /// Whether it reads the M side packed as [M][K], TileShape::m_side_stride().
  virtual bool reads_packed_m() const { return true; }
  /// Whether it reads the N side from the operand instead of scratch memory.
  virtual bool reads_n_in_place() const { return false; }
  /// Whether it packs the N side.
  virtual bool packs_n() const { return false; }

  /// The size of what `make_ready` packs, in elements (i64). `k`: the extent of
  /// a run of K, plus a vector.
  virtual llvm::Value *scratch(SizeCode &, const ContractionProblem &,
                               llvm::Value *) const {
    llvm_unreachable("packs nothing");
  }
  /// Packs `k` x `n` of the N side (if packs_n()) to PackedNest::n_scratch. K
  /// is not empty.
  virtual void make_ready(PackedNest &, const Interval &,
                          const Interval &) const {}
  /// Sums one block of at most TileShape::m x Stretch::width.
  virtual void emit(PackedNest &nest, const SumPlace &place) const = 0;
};

/// Those that apply to one contraction, best first; the last takes all sizes.
using BlockStrategies = std::span<const BlockStrategy *const>;

/// The rows of contraction_strategies.def, best first.
std::span<const ContractionStrategy *const> contraction_strategies();

} // namespace landfall::kernels
