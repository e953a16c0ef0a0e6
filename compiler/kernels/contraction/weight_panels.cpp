//===- weight_panels.cpp - Whether panels are in the order of K -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/weight_panels.h"

namespace landfall::kernels {

namespace {

/// Whether the steps of K are those of the panels: if these are of words, the
/// innermost loop walks a word, and the others words.
bool walks_panels(const analysis::Factor &factor,
                  const analysis::Panels &panels,
                  const analysis::ContractionRoles &roles) {
  std::vector<uint32_t> outer = roles.k_loops;
  auto step = [&](uint32_t variable) {
    return factor.loads[0].offset.coefficient(variable);
  };
  if (panels.steps > 1) {
    if (outer.empty())
      return false;
    uint32_t inner = outer.back();
    outer.pop_back();
    if (roles.space.extents[inner] != Extent{true, panels.steps} ||
        step(inner) != analysis::SizePolynomial(1))
      return false;
  }
  auto spans = analysis::join_loops(factor, roles.space, outer);
  return spans.empty() ||
         (spans.size() == 1 &&
          step(spans[0].variable) ==
              analysis::SizePolynomial(panels.width * panels.steps));
}

} // namespace

std::string why_not_in_order(const analysis::ContractionRoles &roles,
                             const analysis::Factor &factor,
                             const analysis::Panels &panels,
                             const std::vector<uint32_t> &own) {
  if (factor.loads.size() != 1 || factor.loads[0].node != factor.value ||
      factor.loads[0].guarded())
    return "the weights are computed from what is loaded";
  if (own != std::vector<uint32_t>{panels.variable})
    return "the panels are not of all of their side";
  if (!walks_panels(factor, panels, roles))
    return "the panels are not in the order of K";
  return {};
}

} // namespace landfall::kernels
