//===- common_subexpressions.h - Computing things once ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"

namespace landfall::analysis {

/// Common subexpression elimination: replaces a node by an equal earlier node
/// of its block or an enclosing block. Whole loops are compared too, as fusion
/// copies a producer to each of its uses.
Kernel merge_common_subexpressions(Kernel kernel);

} // namespace landfall::analysis
