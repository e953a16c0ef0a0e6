//===- lay_out_constants.h - Constants as their readers like -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/module/module_impl.h"

namespace landfall::compiler {

/// Stores constant factors of contractions with the summed indices outermost,
/// where their fastest index is a summed one: w[m, c] becomes w[c, m]. Only
/// constants of which all readers agree, and whose results have, or may have,
/// at least `fewest` elements along what the other factor alone depends on.
void lay_out_constants(ir::Module::Impl &module, int64_t fewest);

} // namespace landfall::compiler
