//===- contraction_roles.h - What a contraction looks like --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Decides from the structure of a contraction alone which loops play which
// role, as in out[batch, rows, lanes] = sum over depth of
// broadcast[batch, rows, depth] * lane[batch, depth, lanes]: the lane side is
// the factor that the fastest result loops belong to.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "kernel_analysis/access/affine.h"

#include <string>

namespace landfall::analysis {

/// A load in a factor whose index and guard are affine.
struct FactorLoad {
  NodeId node = no_node;
  Affine offset;
  std::vector<Affine> conditions; ///< All >= 0: the guard holds. May be empty.
  bool guarded() const { return !conditions.empty(); }
};

/// Neighbouring loops that every load of a factor walks with one stride, or a
/// single loop: `variable` is the innermost one, whose coefficients count.
struct LoopSpan {
  uint32_t variable = 0;
  SizePolynomial extent;
};

/// One of the two sides of the product.
struct Factor {
  NodeId value = no_node;
  std::vector<FactorLoad> loads; ///< In order of evaluation.
  std::vector<bool> uses;        ///< By variable.
  /// Selections that repeat the guard of a load: they are that load's value.
  std::map<NodeId, NodeId> same_as;
};

/// Numbers are variables: result loops first, then the reduce loops. Loops of
/// constant extent 1 are in none of the lists.
struct ContractionRoles {
  std::vector<uint32_t> batch; ///< In both factors, or in none.
  std::vector<uint32_t> rows;  ///< In the broadcast side only.
  std::vector<uint32_t> lanes; ///< In the lane side only; fastest in memory.
  std::vector<uint32_t> depth; ///< The reduce loops.
  Factor broadcast;
  Factor lane;
  IndexSpace space;
};

/// Reads what `value` is computed from: scalar code over loads with affine
/// indices. Fails with the reason where there is anything else, such as a use
/// of an index as a number. Parameters that are not in `space` are free.
Result<Factor> read_factor(const Kernel &kernel, const IndexSpace &space,
                           NodeId value);

/// The roles, or why the structure has none that the generator can use.
Result<ContractionRoles> analyze_contraction(const Kernel &kernel);

/// Joins neighbours among `variables` (outermost first) that all loads of the
/// factor walk as if they were one loop.
std::vector<LoopSpan> join_loops(const Factor &factor, const IndexSpace &space,
                                 const std::vector<uint32_t> &variables);

} // namespace landfall::analysis
