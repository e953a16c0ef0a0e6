//===- generation_record.cpp - How a kernel's code was made ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/generation_record.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace landfall {

std::string print(const GenerationRecord &record) {
  std::vector<std::string> refusals;
  for (const Refusal &refusal : record.refusals)
    refusals.push_back(
        fmt::format("{}: because {}", refusal.who, refusal.reason));
  if (refusals.empty())
    return record.generator;
  return fmt::format("{} ({})", record.generator, fmt::join(refusals, "; "));
}

} // namespace landfall
