//===- word_sides.cpp - Sides of a contraction as words -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/word_sides.h"
#include "compiler/kernels/contraction/weight_panels.h"

namespace landfall::kernels {

namespace {

Error refuse(const std::string &reason) {
  return {ErrorCode::unsupported, reason};
}

bool sums_reals(const ContractionProblem &problem) {
  return problem.type == DType::f32;
}

Result<WordSide> read_side(const ContractionProblem &problem, bool is_m) {
  const analysis::ContractionRoles &roles = problem.roles;
  auto read = sums_reals(problem) ? analysis::read_bf16_factor
                                  : analysis::read_byte_factor;
  Result<analysis::NarrowFactor> factor =
      read(problem.kernel, roles, is_m ? roles.m_side : roles.n_side);
  if (!factor && sums_reals(problem))
    return refuse("it sums neither integers of 32 bits nor products of bf16");
  if (!factor)
    return refuse(std::string(is_m ? "the M side " : "the N side ") +
                  factor.error().message);
  const std::vector<uint32_t> &own = is_m ? roles.m_loops : roles.n_loops;
  WordSide side;
  side.is_signed = factor->is_signed;
  side.elements =
      is_m ? PackSide(factor->narrow, roles.space, own, roles.k_loops)
           : PackSide(factor->narrow, roles.space, roles.k_loops, own);
  if (factor->zero)
    side.zero = PackSide(*factor->zero, roles.space, {}, own);
  return side;
}

/// Whether elements follow each other along the lanes, in runs that are not
/// known to be short.
bool lies_in_runs(const PackSide &side) {
  constexpr int64_t shortest = 16;
  size_t number = side.load_of_value();
  return !side.lanes.empty() && number < side.factor.loads.size() &&
         side.lane_step(side.factor.loads[number].offset) ==
             analysis::SizePolynomial(1) &&
         side.lanes.back().extent.constant().value_or(shortest) >= shortest;
}

/// Chooses how rows, of which `own` are the loops, are read.
void read_rows(const ContractionProblem &problem,
               const std::vector<uint32_t> &own, WordSides &sides) {
  const analysis::ContractionRoles &roles = problem.roles;
  const analysis::Factor &factor = sides.rows.elements.factor;
  PackSide along_k(factor, roles.space, own, roles.k_loops);
  PackSide across(factor, roles.space, roles.k_loops, own);
  auto is_known = [&](const PackSide &side) {
    size_t number = side.load_of_value();
    return number < factor.loads.size() && !side.lanes.empty() &&
           side.lane_step(factor.loads[number].offset).constant();
  };
  bool runs = lies_in_runs(along_k);
  // Lanes that are apart by a known step are picked from vectors.
  sides.rows_along_k = sides.turned
                           ? runs && !lies_in_runs(across)
                           : runs || along_k.is_dense() ||
                                 along_k.is_transposed() || !is_known(across);
  sides.rows.elements = sides.rows_along_k ? along_k : across;
}

/// The panels of a side, if it has some; `own` are its result loops.
Result<std::optional<analysis::Panels>>
read_panels(const ContractionProblem &problem, const WordSide &side,
            int64_t steps, const std::vector<uint32_t> &own) {
  const analysis::Factor &factor = side.elements.factor;
  std::optional<analysis::Panels> panels;
  for (const analysis::FactorLoad &load : factor.loads)
    if (load.panels)
      panels = load.panels;
  if (!panels)
    return panels;
  if (panels->steps != steps || panels->width % problem.shape.width)
    return refuse("the panels are not of words");
  if (std::string reason =
          why_not_in_order(problem.roles, factor, *panels, own);
      !reason.empty())
    return refuse(reason);
  return panels;
}

} // namespace

Result<WordSides> find_word_sides(const ContractionProblem &problem) {
  bool is_bf16 = sums_reals(problem);
  if (!is_bf16 && problem.type != DType::i32 && problem.type != DType::u32)
    return refuse("it sums neither integers of 32 bits nor products of bf16");
  const VectorUnit &unit = problem.machine.vector;
  if (!is_bf16 && unit.byte_products == ByteProducts::none)
    return refuse("the machine has no products of bytes");
  WordSide m = TRY(read_side(problem, true));
  WordSide n = TRY(read_side(problem, false));
  if (is_bf16 && !unit.bf16_products)
    return refuse("the machine has no products of bf16");
  int64_t steps = is_bf16 ? steps_of_bf16_word : steps_of_word;
  auto m_panels = TRY(read_panels(problem, m, steps, problem.roles.m_loops));
  auto n_panels = TRY(read_panels(problem, n, steps, problem.roles.n_loops));
  if (m_panels && n_panels)
    return refuse("both sides are in panels");
  WordSides sides;
  sides.turned = m_panels.has_value();
  sides.panels = m_panels ? m_panels : n_panels;
  sides.rows = std::move(sides.turned ? n : m);
  sides.points = std::move(sides.turned ? m : n);
  read_rows(problem,
            sides.turned ? problem.roles.n_loops : problem.roles.m_loops,
            sides);
  sides.form = is_bf16
                   ? WordForm::of_bf16()
                   : WordForm::choose(problem.machine, sides.rows.is_signed,
                                      sides.points.is_signed, !sides.panels);
  return sides;
}

} // namespace landfall::kernels
