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
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace landfall::kernels {

class BlockStrategy;
class KernelStrategy;
class PackedNest;
struct SumPlace;
struct Tiling;

/// Whether a strategy can compute a contraction. If not, `reason` says why, as
/// the clause after "because": "it has no N".
struct Applies {
  bool yes = true;
  std::string reason;

  static Applies no(std::string reason) { return {false, std::move(reason)}; }
  explicit operator bool() const { return yes; }
};

/// Whether a strategy is for contractions with weights in panels (Panels of
/// kernel_analysis): it is asked only about those that it is for.
enum class PanelUse { none, only, either };

/// Either a KernelStrategy or a BlockStrategy.
class ContractionStrategy {
public:
  virtual ~ContractionStrategy() = default;
  virtual std::string_view name() const = 0;
  virtual Applies applies(const ContractionProblem &problem) const = 0;
  virtual PanelUse panel_use() const { return PanelUse::none; }
  virtual const KernelStrategy *as_kernel() const { return nullptr; }
  virtual const BlockStrategy *as_block() const { return nullptr; }
};

/// Computes a whole kernel with a loop nest of its own. It may serve some sizes
/// only; launches with other sizes use the strategies in the rows below it.
class KernelStrategy : public ContractionStrategy {
public:
  const KernelStrategy *as_kernel() const final { return this; }
  /// Whether it serves every launch of a problem that it applies to.
  virtual bool takes_all_sizes(const ContractionProblem &) const {
    return true;
  }
  /// If takes_all_sizes() is false: emits whether this launch uses it (i1), a
  /// function of the sizes. Called for the plan function and the run function.
  virtual llvm::Value *suits(SizeCode &, const ContractionProblem &) const {
    llvm_unreachable("takes all sizes");
  }
  /// Makes the generator for a problem that it applies to. The generator must
  /// not rewrite the description (TaskGenerator::rewritten is null).
  virtual std::unique_ptr<TaskGenerator>
  generator(const ContractionProblem &problem) const = 0;
};

/// Computes blocks of sums within the loop nest of packed_nest.h, which packs
/// the M side and stores the results. Each launch chooses, by its sizes, one of
/// the block strategies that apply. It may cover only the first part of a
/// task's N; the last strategy of the list computes the rest.
class BlockStrategy : public ContractionStrategy {
public:
  /// Which part of a task's N the strategy computes, and in what pieces. Values
  /// are i64, except `suits`.
  struct Stretch {
    llvm::Value *suits; ///< i1: whether this launch uses the strategy.
    llvm::Value *width; ///< The extent of a panel along N.
    llvm::Value *end;   ///< It computes [0, end) of the task's N.
    /// The extent along N of a group of panels, which one call of `make_ready`
    /// packs: a multiple of `width`.
    llvm::Value *group;
  };

  const BlockStrategy *as_block() const final { return this; }
  /// Emits the values of the stretch, once before the code of a run of K.
  virtual Stretch choose(PackedNest &nest) const = 0;
  /// How wide tasks are where the strategy is used, if not as suits packed
  /// sides (contraction_tiling.h). There, the sums of a task have places of
  /// their own. Values are i64, except `suits`; extents along N are multiples
  /// of TileShape::n().
  struct Cut {
    llvm::Value *suits;   ///< i1: whether a launch is cut so.
    llvm::Value *least_n; ///< Tasks for more threads are not narrower.
    llvm::Value *most_n;  ///< The widest task.
  };
  /// Emits the values of the cut for launches with so much of M and N.
  virtual std::optional<Cut> cut(SizeCode &, const ContractionProblem &,
                                 llvm::Value *, llvm::Value *) const {
    return std::nullopt;
  }
  /// Whether it computes all of N at all sizes of a problem that it applies to.
  /// Strategies in the rows below are then not used.
  virtual bool takes_all_sizes(const ContractionProblem &) const {
    return false;
  }
  /// Whether it reads the M side packed as [M][K], TileShape::m_side_stride().
  virtual bool reads_packed_m() const { return true; }
  /// Whether it can read rows of the M side from the operand, too: it looks at
  /// SumPlace::m_stride.
  virtual bool reads_m_in_place() const { return false; }
  /// Whether it reads the N side from the operand instead of scratch memory.
  virtual bool reads_n_in_place() const { return false; }
  /// Whether it packs the N side.
  virtual bool packs_n() const { return false; }

  /// If packs_n(): the scratch memory that `make_ready` needs, in elements
  /// (i64). Of the tiling, only what does not concern scratch memory is set.
  virtual llvm::Value *scratch(SizeCode &, const ContractionProblem &,
                               const Tiling &) const {
    llvm_unreachable("packs nothing");
  }
  /// Whether its lanes are those of a padded copy (window_side.h) instead of
  /// points of N: Stretch::end counts these. At most one strategy does so.
  virtual bool pads_n() const { return false; }
  /// If pads_n(): an upper bound of a task's lanes, and of its points (i64).
  virtual llvm::Value *most_lanes(SizeCode &, const ContractionProblem &,
                                  const Tiling &) const {
    llvm_unreachable("pads nothing");
  }
  /// If packs_n(): packs the part `k` x `n` of the N side, of a group, into
  /// PackedNest::n_scratch. `k` is not empty at run time.
  virtual void make_ready(PackedNest &, const Interval &,
                          const Interval &) const {}
  /// Computes one block of sums, of at most TileShape::m x Stretch::width.
  virtual void emit(PackedNest &nest, const SumPlace &place) const = 0;
};

/// The block strategies that apply to one contraction, best first; the last one
/// takes all sizes.
using BlockStrategies = std::span<const BlockStrategy *const>;

/// The rows of contraction_strategies.def, best first.
std::span<const ContractionStrategy *const> contraction_strategies();
/// Those that are not skipped.
std::vector<const ContractionStrategy *>
contraction_strategies(const SkippedSteps &skipped);

} // namespace landfall::kernels
