//===- matrix_panel.h - Operands as the matrix unit reads them -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction_pack.h"

namespace landfall::reef {

/// Where a panel is: [depth][edge elements], rows `stride` elements apart.
struct PanelTarget {
  Interval depth;
  Interval edges; ///< In the flattened loops along the panel's width.
  llvm::Value *address;
  llvm::Value *stride;
};

/// Evaluates a factor for all points of a panel. `packer` has begun, its side
/// has the depth as rows; conversions and guards of the factor happen here.
/// What is behind the interval of edges stays as it is.
void pack_panel(Packer &packer, const PanelTarget &target);

} // namespace landfall::reef
