//===- variants.h - The machines that code is made for ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"
#include "compiler/native/variant.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace landfall::cpu {

using native::Variant;

std::span<const Variant> variants();

/// The variants asked for (see CodegenOptions::variants; a name may leave out
/// the architecture), best first.
Result<std::vector<const Variant *>>
choose_variants(std::span<const std::string> names);

} // namespace landfall::cpu
