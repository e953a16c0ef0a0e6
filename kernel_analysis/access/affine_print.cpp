//===- affine_print.cpp - Affine forms as text ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/access/affine.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace landfall::analysis {

namespace {

std::string text(const SizePolynomial::Monomial &monomial,
                 int64_t coefficient) {
  std::vector<std::string> factors;
  if (coefficient != 1 || monomial.empty())
    factors.push_back(std::to_string(coefficient));
  for (uint32_t parameter : monomial)
    factors.push_back(fmt::format("s{}", parameter));
  return fmt::format("{}", fmt::join(factors, "*"));
}

} // namespace

std::string print(const SizePolynomial &polynomial) {
  std::vector<std::string> terms;
  for (const auto &[monomial, coefficient] : polynomial.terms())
    terms.push_back(text(monomial, coefficient));
  return terms.empty() ? "0" : fmt::format("{}", fmt::join(terms, " + "));
}

std::string print(const Affine &form) {
  std::vector<std::string> terms;
  for (const auto &[variable, coefficient] : form.terms) {
    std::string factor = print(coefficient);
    if (factor == "1")
      terms.push_back(fmt::format("i{}", variable));
    else if (coefficient.terms().size() > 1)
      terms.push_back(fmt::format("({})*i{}", factor, variable));
    else
      terms.push_back(fmt::format("{}*i{}", factor, variable));
  }
  if (!form.constant.is_zero() || terms.empty())
    terms.push_back(print(form.constant));
  return fmt::format("{}", fmt::join(terms, " + "));
}

} // namespace landfall::analysis
