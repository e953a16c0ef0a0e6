//===- contraction_problem.cpp - One contraction on one machine -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_problem.h"

#include <limits>

namespace landfall::kernels {

ContractionProblem::ContractionProblem(const Kernel &the_kernel,
                                       const Machine &the_machine,
                                       analysis::ContractionRoles the_roles)
    : kernel(the_kernel), machine(the_machine), type(kernel.accumulator),
      roles(std::move(the_roles)), shape(TileShape::choose(machine, type)),
      m_side(roles.m_side, roles.space, roles.m_loops, roles.k_loops),
      n_side(roles.n_side, roles.space, roles.k_loops, roles.n_loops),
      n_side_by_k(roles.n_side, roles.space, roles.n_loops, roles.k_loops),
      windows(find_windows(roles)), m(roles.extent(roles.m_loops).constant()),
      n(roles.extent(roles.n_loops).constant()),
      k(roles.extent(roles.k_loops).constant()) {}

bool ContractionProblem::has_panels() const {
  for (const analysis::Factor *factor : {&roles.m_side, &roles.n_side})
    for (const analysis::FactorLoad &load : factor->loads)
      if (load.panels)
        return true;
  return false;
}

int64_t ContractionProblem::most_m() const {
  return m.value_or(std::numeric_limits<int64_t>::max());
}

} // namespace landfall::kernels
