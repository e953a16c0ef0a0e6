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

Result<WordSide> read_side(const ContractionProblem &problem, bool is_m) {
  const analysis::ContractionRoles &roles = problem.roles;
  Result<analysis::ByteFactor> factor = analysis::read_byte_factor(
      problem.kernel, roles, is_m ? roles.m_side : roles.n_side);
  if (!factor)
    return refuse(std::string(is_m ? "the M side " : "the N side ") +
                  factor.error().message);
  const std::vector<uint32_t> &own = is_m ? roles.m_loops : roles.n_loops;
  WordSide side;
  side.is_signed = factor->is_signed;
  side.bytes = is_m ? PackSide(factor->bytes, roles.space, own, roles.k_loops)
                    : PackSide(factor->bytes, roles.space, roles.k_loops, own);
  if (factor->zero)
    side.zero = PackSide(*factor->zero, roles.space, {}, own);
  return side;
}

/// Whether the steps of K are those of words, in the order of memory: the
/// innermost loop walks a word, and the others words.
bool walks_words(const analysis::Factor &bytes, const analysis::Panels &panels,
                 const analysis::ContractionRoles &roles) {
  std::vector<uint32_t> outer = roles.k_loops;
  if (outer.empty())
    return false;
  uint32_t inner = outer.back();
  outer.pop_back();
  auto step = [&](uint32_t variable) {
    return bytes.loads[0].offset.coefficient(variable);
  };
  if (roles.space.extents[inner] != Extent{true, steps_of_word} ||
      step(inner) != analysis::SizePolynomial(1))
    return false;
  auto words = analysis::join_loops(bytes, roles.space, outer);
  return words.empty() ||
         (words.size() == 1 &&
          step(words[0].variable) ==
              analysis::SizePolynomial(panels.width * steps_of_word));
}

/// The panels of a side, if it has some; `own` are its result loops.
Result<std::optional<analysis::Panels>>
read_panels(const ContractionProblem &problem, const WordSide &side,
            const std::vector<uint32_t> &own) {
  const analysis::Factor &bytes = side.bytes.factor;
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
  if (panels->steps != steps_of_word || panels->width % problem.shape.width)
    return refuse("the panels are not of words");
  if (own != std::vector<uint32_t>{panels->variable})
    return refuse("the panels are not of all of their side");
  if (!walks_words(bytes, *panels, problem.roles))
    return refuse("the panels are not in the order of K");
  return panels;
}

} // namespace

Result<WordSides> find_word_sides(const ContractionProblem &problem) {
  if (problem.type != DType::i32 && problem.type != DType::u32)
    return refuse("it does not sum integers of 32 bits");
  if (problem.machine.vector.byte_products == ByteProducts::none)
    return refuse("the machine has no products of bytes");
  WordSide m = TRY(read_side(problem, true));
  WordSide n = TRY(read_side(problem, false));
  auto m_panels = TRY(read_panels(problem, m, problem.roles.m_loops));
  auto n_panels = TRY(read_panels(problem, n, problem.roles.n_loops));
  if (m_panels && n_panels)
    return refuse("both sides are in panels");
  WordSides sides;
  sides.turned = m_panels.has_value();
  sides.panels = m_panels ? m_panels : n_panels;
  sides.rows = std::move(sides.turned ? n : m);
  sides.points = std::move(sides.turned ? m : n);
  sides.form = WordForm::choose(problem.machine, sides.rows.is_signed,
                                sides.points.is_signed, !sides.panels);
  return sides;
}

} // namespace landfall::kernels
