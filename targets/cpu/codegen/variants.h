//===- variants.h - The machines that code is made for ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"
#include "compiler/native/variant.h"
#include "package/kernel.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace landfall::cpu {

using native::Variant;

/// The variants asked for (see CodegenOptions::variants; a name may leave out
/// the architecture), best first, without those that would not make a
/// difference for these kernels.
Result<std::vector<const Variant *>>
choose_variants(std::span<const std::string> names,
                std::span<const Kernel> kernels);

} // namespace landfall::cpu
