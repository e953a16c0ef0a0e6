//===- generation_record.h - How a kernel's code was made ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <string>
#include <vector>

namespace landfall {

/// A generator or strategy that did not serve a kernel, and why: a clause to
/// follow "because".
struct Refusal {
  std::string who;
  std::string reason;
  friend bool operator==(const Refusal &, const Refusal &) = default;
};

/// Which generator or strategy made the code of a kernel, and which better
/// ones refused. Several names with "or" between them: sizes choose at run
/// time.
struct GenerationRecord {
  std::string generator;
  std::vector<Refusal> refusals;
  friend bool operator==(const GenerationRecord &,
                         const GenerationRecord &) = default;
};

/// "loops (contraction: because ...; ...)".
std::string print(const GenerationRecord &record);

} // namespace landfall
