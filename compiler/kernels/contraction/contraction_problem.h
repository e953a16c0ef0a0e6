//===- contraction_problem.h - What strategies decide by -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_pack.h"
#include "compiler/kernels/contraction/contraction_tile.h"

#include <optional>

namespace landfall::kernels {

/// One contraction on one machine: all that ContractionStrategy::applies may
/// look at. M, N and K are as in kernel_analysis/contraction_roles.h. The
/// kernel and the machine must outlive it.
struct ContractionProblem {
  ContractionProblem(const Kernel &kernel, const Machine &machine,
                     analysis::ContractionRoles roles);

  const Kernel &kernel;
  const Machine &machine;
  DType type; ///< Of sums and packed elements.
  analysis::ContractionRoles roles;
  TileShape shape;
  PackSide m_side;                ///< Packed as [M][K].
  PackSide n_side;                ///< Packed as panels of [K][N].
  PackSide n_side_by_k;           ///< The N side as [N][K].
  std::optional<int64_t> m, n, k; ///< Extents that are constants.

  /// A bound of M that holds for every launch.
  int64_t most_m() const;
};

} // namespace landfall::kernels
