//===- contraction_problem.h - One contraction on one machine --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_pack.h"
#include "compiler/kernels/contraction/contraction_tile.h"
#include "compiler/kernels/contraction/window_side.h"

#include <optional>

namespace landfall::kernels {

/// One contraction on one machine: everything that a strategy knows when it
/// decides whether it applies, and when it emits code. M, N and K are as in
/// kernel_analysis/contraction/contraction_roles.h. The kernel and the machine
/// must outlive it.
struct ContractionProblem {
  ContractionProblem(const Kernel &kernel, const Machine &machine,
                     analysis::ContractionRoles roles);

  const Kernel &kernel;
  const Machine &machine;
  DType type; ///< The accumulator's type: of sums and packed elements.
  analysis::ContractionRoles roles;
  TileShape shape;
  PackSide m_side;      ///< The M side, packed as [M][K].
  PackSide n_side;      ///< The N side, packed as panels of [K][N].
  PackSide n_side_by_k; ///< The N side, packed as [N][K].
  /// The N side as windows of an image; nullopt if it has no windows.
  std::optional<WindowSide> windows;
  /// The extents of M, N and K; nullopt if known only at run time.
  std::optional<int64_t> m, n, k;

  /// Whether a load of a side is from panels.
  bool has_panels() const;
  /// An upper bound of M for every launch; the largest int64_t if M is not a
  /// constant.
  int64_t most_m() const;
};

} // namespace landfall::kernels
