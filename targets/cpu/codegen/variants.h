//===- variants.h - The machines that code is made for ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"
#include "compiler/kernels/machine.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace landfall::cpu {

struct Variant {
  std::string_view name; ///< As in CodeSection::variant.
  std::string_view triple;
  std::string_view processor; ///< LLVM's name.
  std::string_view features;  ///< LLVM's, beyond the processor's.
  Machine machine;
};

std::span<const Variant> variants();

/// The variants asked for (see CodegenOptions::variants; a name may leave out
/// the architecture), best first.
Result<std::vector<const Variant *>>
choose_variants(std::span<const std::string> names);

} // namespace landfall::cpu
