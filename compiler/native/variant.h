//===- variant.h - A machine that code is made for -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/llvm_headers.h"
#include "compiler/kernels/frame/machine.h"

#include "llvm/Support/CodeGen.h"

#include <string_view>

namespace landfall::native {

/// A machine that a target generates code for; each gives one code section of a
/// package. Strings are LLVM's names unless they say otherwise.
struct Variant {
  std::string_view target; ///< CodeSection::target.
  std::string_view name;   ///< CodeSection::variant.
  std::string_view triple;
  std::string_view processor = {};
  /// A processor with similar latencies to schedule for; empty: `processor`.
  std::string_view tuning = {};
  std::string_view features = {}; ///< In addition to the processor's.
  std::string_view abi = {};      ///< Empty: the triple's default.
  llvm::CodeModel::Model code_model = llvm::CodeModel::Small;
  kernels::Machine machine;
};

} // namespace landfall::native
