//===- machine_variants.h - What this processor can run --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace landfall::cpu {

/// A machine variant that packages may have code for (CodeSection::variant).
struct MachineVariant {
  std::string_view name;
  std::string_view needs; ///< The features, for a person.
  bool runs_here;
};

/// All variants of this architecture, best first.
std::span<const MachineVariant> machine_variants();

/// "AMD EPYC, 2 cores, sse4.2 avx2 fma f16c; runs x86_64-avx2 x86_64-v2", for
/// `landfall devices`.
std::string describe_machine();

/// Further lines for a person: which variants run here, and whether AMX is
/// there but not permitted.
std::vector<std::string> machine_details();

} // namespace landfall::cpu
