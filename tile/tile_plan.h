//===- tile_plan.h - What a plan holds -------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Inside the room only. A kernel's body is computed for a box of points at a
// time: each value that depends on loaded elements becomes an array with one
// element for each combination of the indices that it depends on. What depends
// on sizes alone is computed by the host; indices and comparisons of them
// become strides and bounds of boxes.
//
// An index variable is a parallel loop, a summed loop of a contraction, or the
// counter of a fold; each has a number in its scope. The parallel loops have
// the same numbers in both scopes of a contraction.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "kernel_analysis/access/affine.h"
#include "tile/plan.h"

#include <unordered_map>

namespace landfall::tile {

enum class ValueKind : uint8_t {
  unused,    ///< Nothing needs it.
  host,      ///< Depends on constants and sizes only.
  index,     ///< An i64, affine in the scope's variables.
  condition, ///< A bool: true if and only if affine forms are all >= 0.
  array,     ///< Computed on the chip.
};

/// A set of variables, one bit each.
using Variables = uint64_t;
inline constexpr size_t max_variables = 64;
inline Variables bit(uint32_t variable) { return Variables(1) << variable; }

/// A value that depends on sizes and at most one index, in any way: the host
/// computes it for each value of that.
struct TableValue {
  NodeId node = no_node;
  Variables uses = 0;
  analysis::SizePolynomial stride = {}; ///< Of an index, in elements.
};

/// An index that is an array of integers, within the operand's extent.
struct DataIndex {
  NodeId node = no_node;
  analysis::SizePolynomial stride; ///< In elements.
};

/// The element is at `offset` plus each index of `tables` and `data` times its
/// stride. It is loaded where all conditions are >= 0 and all guards true, and
/// is `other` elsewhere. A load with `data` has neither tables nor guards nor
/// conditions.
struct LoadPlan {
  analysis::Affine offset; ///< In elements.
  std::vector<analysis::Affine> conditions;
  NodeId other = no_node;
  std::vector<TableValue> tables = {};
  std::vector<TableValue> guards = {};
  std::vector<DataIndex> data = {};
  /// By dimension of the operand, if all are affine; else empty.
  std::vector<analysis::Affine> indices = {};
  bool is_guarded() const { return !conditions.empty() || !guards.empty(); }
};

/// An array node of a block, and the arrays of that block that it uses last.
struct Step {
  NodeId node = no_node;
  std::vector<NodeId> last_uses = {};
};

/// A fold: a loop node of a body.
///
/// A reduction joins each value that it carries with elements that depend on
/// none of them, in any order; directly nested folds are one reduction. Other
/// folds run step by step.
struct FoldPlan {
  /// How a reduction makes one of its values.
  struct Join {
    ScalarOp reduce = ScalarOp::add; ///< Of elements with each other.
    ScalarOp join = ScalarOp::add;   ///< Of the carried value with that.
    NodeId element = no_node;
    NodeId factor = no_node; ///< Not no_node: elements are element * factor.
  };
  std::vector<NodeId> loops;       ///< Outermost first; several: a reduction.
  std::vector<uint32_t> variables; ///< Of each loop.
  std::vector<std::vector<Step>> steps; ///< Of each loop's block.
  std::vector<NodeId> inits;
  /// The `result` nodes that stand for the fold's values; no_node: unused.
  std::vector<NodeId> results;
  std::vector<Join> joins; ///< By value; empty: this is no reduction.

  bool reduces() const { return !joins.empty(); }
};

/// A block with variables of its own: the body, or a contraction's factors.
struct Scope {
  analysis::IndexSpace space;
};

/// One factor of a product on the matrix unit.
struct SidePlan {
  NodeId value = no_node; ///< In the factors.
  /// The load whose elements are the unit's operand as they lie in memory;
  /// no_node: they are computed.
  NodeId load = no_node;
  std::vector<Step> steps = {}; ///< What computes it.
  /// Of such a load: one value that stands where its guard lets nothing
  /// through; no_node: 0.
  NodeId other = no_node;
  std::vector<Step> other_steps = {};
  /// The factor is the load minus this value, which is the same in all of the
  /// depth; no_node: the load. The sums are corrected for it.
  NodeId zero = no_node;
  std::vector<Step> zero_steps = {};
};

/// accumulator[rows, columns] += left[rows, depth] * right[depth, columns] at
/// each point of `batch`: variables of the factors' scope, outermost first.
struct ProductPlan {
  MatrixProduct types;
  std::vector<uint32_t> batch, rows, columns, depth;
  SidePlan left, right;
  NodeId sum = no_node; ///< The body's parameter.
  bool has_zeros() const {
    return left.zero != no_node || right.zero != no_node;
  }
};

class TilePlan {
public:
  Kernel kernel;
  // By node.
  std::vector<ValueKind> kinds;
  std::vector<Variables> uses; ///< That an array or condition depends on.
  // Of nodes of these kinds.
  std::unordered_map<NodeId, analysis::Affine> indices;
  std::unordered_map<NodeId, std::vector<analysis::Affine>> conditions;
  std::unordered_map<NodeId, LoadPlan> loads;
  std::unordered_map<NodeId, FoldPlan> folds; ///< By (outermost) loop.
  Scope body;
  std::vector<Step> steps; ///< Of the body.
  Scope factors;           ///< Contractions on the matrix unit only.
  std::optional<ProductPlan> product;
  /// Why the vector unit computes a contraction; empty in all other plans.
  std::string no_product;
};

} // namespace landfall::tile
