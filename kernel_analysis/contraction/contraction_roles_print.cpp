//===- contraction_roles_print.cpp - Roles as text ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/contraction/contraction_roles.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace landfall::analysis {

namespace {

/// "M  i1 = s0, i2 = 4": loops with their extents.
std::string loops_text(std::string_view role, const ContractionRoles &roles,
                       const std::vector<uint32_t> &loops) {
  std::vector<std::string> parts;
  for (uint32_t variable : loops)
    parts.push_back(
        fmt::format("i{} < {}", variable,
                    print(SizePolynomial::of(roles.space.extents[variable]))));
  return fmt::format("  {:<6} {}\n", role,
                     parts.empty() ? "1"
                                   : fmt::format("{}", fmt::join(parts, ", ")));
}

std::string side_text(std::string_view side, const Factor &factor) {
  std::string text = fmt::format("  {} side: %{}\n", side, factor.value);
  for (const FactorLoad &load : factor.loads) {
    text += fmt::format("    load %{} at {}\n", load.node, print(load.offset));
    if (load.panels)
      text += fmt::format("      in panels of {} points of i{}, {} apart\n",
                          load.panels->width, load.panels->variable,
                          print(load.panels->stride));
    for (const Affine &condition : load.conditions)
      text += fmt::format("      where {} >= 0\n", print(condition));
  }
  return text;
}

} // namespace

std::string print(const ContractionRoles &roles) {
  return "contraction\n" + loops_text("batch", roles, roles.batch_loops) +
         loops_text("M", roles, roles.m_loops) +
         loops_text("N", roles, roles.n_loops) +
         loops_text("K", roles, roles.k_loops) + side_text("M", roles.m_side) +
         side_text("N", roles.n_side);
}

} // namespace landfall::analysis
