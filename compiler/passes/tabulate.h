//===- tabulate.h - Functions of a byte as tables ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/module/module_impl.h"

namespace landfall::compiler {

/// Computes what bodies make of a single value of 8 bits, with constants, by
/// costly operations, and what is 8 bits again, ahead: a value is looked up in
/// a constant of all 256. An activation between quantised layers is one:
///
///   q = cast_sat(round(sigmoid((x - zx) * sx) / sy) + zy)
///     ->  q = load table[u8(x) >> 4 mod 16, u8(x) mod 16]
///
/// A table has two dimensions of 16, which kernels know (kernels/lanes/
/// lane_table.h). The largest such parts of a body are taken. Tables hold what
/// the interpreter computes.
void tabulate(ir::Module::Impl &module);

} // namespace landfall::compiler
