//===- round_factors.h - Factors of sums, rounded to bf16 ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/module/module_impl.h"

namespace landfall::compiler {

/// Rounds both factors of contractions that sum products of f32 in f32 to bf16
/// (to nearest even; products and sums stay as exact as they are). Weights are
/// rounded here and stored as bf16. Contractions that read any other type than
/// f32 and bf16 stay as they are: those of integers, say. This changes results:
/// CompileOptions::precision asks for it.
void round_factors(ir::Module::Impl &module);

} // namespace landfall::compiler
