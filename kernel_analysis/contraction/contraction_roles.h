//===- contraction_roles.h - The M, N, K loops of a contraction -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Maps the loops of a contraction to the dimensions of a batched GEMM:
//
//   out[batch, M, N] = sum over K of m_side[batch, M, K] * n_side[batch, K, N]
//
// The innermost result loops are N: they are vectorized, so that lanes are
// points of N, and the factor that depends on them is the N side, whichever of
// the two it is in the kernel. The other factor, the M side, is uniform across
// lanes: its elements are broadcast. K is the depth. Any of M, N and K may be
// several loops, or none (extent 1): a 2-D convolution of one image has the
// output channels as M, the rows and columns as N, and the input channels and
// the window as K. Depends on the structure of the kernel only, not on sizes.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "kernel_analysis/access/affine.h"

#include <string>

namespace landfall::analysis {

/// Weights stored in panels: point i of one result loop is lane i % width of
/// panel i / width. Lanes may hold words of `steps` elements, which a reduce
/// loop of that extent walks.
struct Panels {
  uint32_t variable = 0;
  int64_t width = 0;
  SizePolynomial stride; ///< From one panel to the next, in elements.
  int64_t steps = 1;
};

/// A load in a factor, with affine offset (in elements) and guard.
struct FactorLoad {
  NodeId node = no_node;
  Affine offset; ///< Without what the panels' variable adds.
  std::optional<Panels> panels;
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
  std::vector<uint32_t> batch_loops; ///< Used by both factors, or by none.
  std::vector<uint32_t> m_loops;     ///< Used by the M side only.
  std::vector<uint32_t> n_loops;     ///< Used by the N side only; innermost.
  std::vector<uint32_t> k_loops;     ///< The reduce loops.
  Factor m_side;
  Factor n_side;
  IndexSpace space;

  /// The joint extent of loops.
  SizePolynomial extent(const std::vector<uint32_t> &loops) const;
};

/// As text: loops with extents by role, loads with offsets and guards.
std::string print(const ContractionRoles &roles);

/// Whether loads from panels are read, for callers that look at
/// FactorLoad::panels, or refused.
enum class PanelLoads { refuse, read };

/// Reads the expression of `value`: scalar operations on loads with affine
/// indices. Fails with the reason for anything else, such as an index used as a
/// value. Parameters that are not in `space` are allowed as constants.
Result<Factor> read_factor(const Kernel &kernel, const IndexSpace &space,
                           NodeId value,
                           PanelLoads panels = PanelLoads::refuse);

/// The roles, or why the kernel does not have this structure: a clause to
/// follow "because".
Result<ContractionRoles>
analyze_contraction(const Kernel &kernel,
                    PanelLoads panels = PanelLoads::refuse);

/// Joins adjacent loops among `variables` (outermost first) that all loads of
/// the factor access as one loop.
std::vector<LoopSpan> join_loops(const Factor &factor, const IndexSpace &space,
                                 const std::vector<uint32_t> &variables);

} // namespace landfall::analysis
