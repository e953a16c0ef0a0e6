//===- fuse.h - Producers and consumers into one kernel --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/module/module_impl.h"

namespace landfall::compiler {

/// Fuses by three rules, each of which keeps the meaning and never repeats
/// costly work:
///  * producer into consumer: a load of a `map`'s result becomes the map's body
///    at the load's indices;
///  * epilogue: a `map` that reads a contraction's result at its own point
///    becomes part of the contraction's epilogue;
///  * reshape: a `map` that reads a reshaped contraction point by point runs in
///    the contraction's own shape and is reshaped afterwards, which opens the
///    way for the epilogue rule.
void fuse(ir::Module::Impl &module);

} // namespace landfall::compiler
