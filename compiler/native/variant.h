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

/// One code section of a package is made for one of these.
struct Variant {
  std::string_view target; ///< As in CodeSection::target.
  std::string_view name;   ///< As in CodeSection::variant.
  std::string_view triple;
  std::string_view processor = {}; ///< LLVM's name.
  /// LLVM's name of one with like latencies; empty: the processor itself.
  std::string_view tuning = {};
  std::string_view features = {}; ///< LLVM's, beyond the processor's.
  std::string_view abi = {};      ///< LLVM's; empty: the triple's own.
  llvm::CodeModel::Model code_model = llvm::CodeModel::Small;
  kernels::Machine machine;
};

} // namespace landfall::native
