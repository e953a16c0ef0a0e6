//===- weight_panels.h - Whether panels are in the order of K --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "kernel_analysis/contraction/contraction_roles.h"

#include <string>

namespace landfall::kernels {

/// Why a side, of which `own` are the result loops, cannot be read from these
/// panels one step of K, or one word of steps, after the other: a clause to
/// follow "because"; "" if it can.
std::string why_not_in_order(const analysis::ContractionRoles &roles,
                             const analysis::Factor &factor,
                             const analysis::Panels &panels,
                             const std::vector<uint32_t> &own);

} // namespace landfall::kernels
