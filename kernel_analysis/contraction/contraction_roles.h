//===- contraction_roles.h - The M, N, K loops of a contraction -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Maps the loops of a contraction to the dimensions of a batched GEMM:
//
//   out[batch, rows, lanes] = sum over depth of
//       broadcast[batch, rows, depth] * lane[batch, depth, lanes]
//
// rows are M, lanes N and depth K. The innermost result loops are lanes: they
// are vectorized, and the factor that depends on them is the "lane" side; the
// other factor is uniform across lanes, the "broadcast" side. Depends on the
// structure of the kernel only, not on sizes.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "kernel_analysis/access/affine.h"

#include <string>

namespace landfall::analysis {

/// A load in a factor, with affine offset (in elements) and guard.
struct FactorLoad {
  NodeId node = no_node;
  Affine offset;
  /// The guard is true if and only if all are >= 0. Empty: no guard.
  std::vector<Affine> conditions;
  bool guarded() const { return !conditions.empty(); }
};

/// One loop, or adjacent loops that every load of a factor accesses as one loop
/// with a constant stride: that of `variable`, the innermost of them.
struct LoopSpan {
  uint32_t variable = 0;
  SizePolynomial extent;
};

/// One of the two sides of the product.
struct Factor {
  NodeId value = no_node;
  std::vector<FactorLoad> loads; ///< In order of evaluation.
  std::vector<bool> uses;        ///< By variable: whether the factor uses it.
  /// `select` nodes that repeat a load's guard, and are thus equal to the load.
  std::map<NodeId, NodeId> same_as;
};

/// Each list holds variable numbers: the result loops are numbered first, then
/// the reduce loops. Lists are outermost first. Loops of constant extent 1 are
/// in none.
struct ContractionRoles {
  std::vector<uint32_t> batch; ///< Used by both factors, or by none.
  std::vector<uint32_t> rows;  ///< M: used by the broadcast side only.
  std::vector<uint32_t> lanes; ///< N: used by the lane side only; innermost.
  std::vector<uint32_t> depth; ///< K: the reduce loops.
  Factor broadcast;
  Factor lane;
  IndexSpace space;
};

/// Reads the expression of `value`: scalar operations on loads with affine
/// indices. Fails with the reason for anything else, such as an index used as a
/// value. Parameters that are not in `space` are allowed as constants.
Result<Factor> read_factor(const Kernel &kernel, const IndexSpace &space,
                           NodeId value);

/// The roles, or the reason why the kernel does not have this structure.
Result<ContractionRoles> analyze_contraction(const Kernel &kernel);

/// Joins adjacent loops among `variables` (outermost first) that all loads of
/// the factor access as one loop.
std::vector<LoopSpan> join_loops(const Factor &factor, const IndexSpace &space,
                                 const std::vector<uint32_t> &variables);

} // namespace landfall::analysis
