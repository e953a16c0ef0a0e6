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

/// Computes a kernel with a loop nest of its own, at all sizes.
class KernelStrategy : public ContractionStrategy {
public:
  const KernelStrategy *as_kernel() const final { return this; }
  /// For a problem that it applies to.
  virtual std::unique_ptr<TaskGenerator>
  generator(const ContractionProblem &problem) const = 0;
};

/// Makes blocks of sums within the loop nest of packed_nest.h, which packs
/// both sides and stores the results. The sizes of a launch choose among those
/// that apply, the last of which takes what the others leave.
class BlockStrategy : public ContractionStrategy {
public:
  /// The part of a task's N that is computed so, as i64 values.
  struct Stretch {
    llvm::Value *suits; ///< i1: whether this launch's sizes call for it.
    llvm::Value *width; ///< N of a panel, which is what SumPlace has of it.
    llvm::Value *end;   ///< It covers the task's first so many.
    llvm::Value *group; ///< N that is made ready at once; panels of `width`.
  };

  const BlockStrategy *as_block() const final { return this; }
  /// Emitted once for each run of K; results dominate the code of the run.
  virtual Stretch choose(PackedNest &nest) const = 0;
  /// Whether its `choose` takes all sizes, all of N: rows behind are not asked.
  virtual bool takes_all_sizes() const { return false; }
  /// Whether it reads the M side packed as [M][K], TileShape::m_side_stride().
  virtual bool reads_packed_m() const { return true; }
  /// Whether it reads the N side where the model has it, not from scratch.
  virtual bool reads_n_in_place() const { return false; }
  /// Whether it packs the N side.
  virtual bool packs_n() const { return false; }

  /// Elements of scratch memory for what `make_ready` packs (i64). `k`: of
  /// one run, with room for a vector.
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
