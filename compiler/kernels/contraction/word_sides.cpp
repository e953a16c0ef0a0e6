//===- word_sides.cpp - Sides of a contraction as words of bytes ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/word_sides.h"

namespace landfall::kernels {

namespace {

Error refuse(const std::string &reason) {
  return {ErrorCode::unsupported, reason};
}

Result<WordSide> read_side(const ContractionProblem &problem, bool is_rows) {
  const analysis::ContractionRoles &roles = problem.roles;
  Result<analysis::ByteFactor> factor = analysis::read_byte_factor(
      problem.kernel, roles, is_rows ? roles.m_side : roles.n_side);
  if (!factor)
    return refuse(std::string(is_rows ? "the M side " : "the N side ") +
                  factor.error().message);
  const std::vector<uint32_t> &own = is_rows ? roles.m_loops : roles.n_loops;
  WordSide side;
  side.is_signed = factor->is_signed;
  side.bytes = is_rows
                   ? PackSide(factor->bytes, roles.space, own, roles.k_loops)
                   : PackSide(factor->bytes, roles.space, roles.k_loops, own);
  if (factor->zero)
    side.zero = PackSide(*factor->zero, roles.space, {}, own);
  return side;
}

/// Whether an element's step of K is its number in the flattened loops of K.
bool is_flattened(const analysis::Affine &step,
                  const analysis::ContractionRoles &roles) {
  analysis::Affine expected;
  analysis::SizePolynomial stride(1);
  for (size_t k = roles.k_loops.size(); k-- > 0;) {
    uint32_t variable = roles.k_loops[k];
    expected.terms[variable] = stride;
    stride =
        stride * analysis::SizePolynomial::of(roles.space.extents[variable]);
  }
  return step.constant == expected.constant && step.terms == expected.terms;
}

/// The panels of the N side, if it has some.
Result<std::optional<analysis::Panels>>
read_panels(const ContractionProblem &problem, const WordSide &points) {
  const analysis::ContractionRoles &roles = problem.roles;
  for (const analysis::FactorLoad &load : roles.m_side.loads)
    if (load.panels)
      return refuse("the M side is in panels");
  const analysis::Factor &bytes = points.bytes.factor;
  std::optional<analysis::Panels> panels;
  for (const analysis::FactorLoad &load : bytes.loads)
    if (load.panels)
      panels = load.panels;
  if (!panels)
    return panels;
  if (bytes.loads.size() != 1 || bytes.loads[0].node != bytes.value ||
      bytes.loads[0].guarded() ||
      size_of(problem.kernel.nodes[bytes.value].type) != 1)
    return refuse("the weights are computed from what is loaded");
  if (panels->steps != steps_of_word ||
      panels->width % problem.shape.width != 0)
    return refuse("the panels are not of words");
  if (roles.n_loops != std::vector<uint32_t>{panels->variable} ||
      !is_flattened(panels->k, roles))
    return refuse("the panels are not of all of their side");
  return panels;
}

} // namespace

Result<WordSides> find_word_sides(const ContractionProblem &problem) {
  if (problem.type != DType::i32 && problem.type != DType::u32)
    return refuse("it does not sum integers of 32 bits");
  if (problem.machine.vector.byte_products == ByteProducts::none)
    return refuse("the machine has no products of bytes");
  WordSides sides;
  sides.rows = TRY(read_side(problem, true));
  sides.points = TRY(read_side(problem, false));
  sides.panels = TRY(read_panels(problem, sides.points));
  sides.form = WordForm::choose(problem.machine, sides.rows.is_signed,
                                sides.points.is_signed, !sides.panels);
  return sides;
}

} // namespace landfall::kernels
