//===- placement.cpp - Where a package's kernels run ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/placement.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace landfall::compiler {

namespace {

/// The target whose code drivers of the host run.
constexpr std::string_view host_target = "cpu";
/// Reasons in a summary; `explain` shows all.
constexpr size_t most_reasons = 3;

} // namespace

Status place_kernels(const Target &target, Package &package) {
  package.fallbacks.clear();
  for (uint32_t k = 0; k < package.kernels.size(); ++k) {
    const Kernel &kernel = package.kernels[k];
    Support support = target.supports(kernel);
    if (support.answer == Support::Answer::fallback)
      package.fallbacks.push_back({k, std::move(support.reason), false});
    if (support.answer != Support::Answer::no)
      continue;
    Error error{ErrorCode::unsupported,
                fmt::format("target '{}' cannot run its kernel, because {}",
                            target.name(), support.reason)};
    return error.at(kernel.origins);
  }
  return {};
}

Status generate_fallback_code(Package &package, CodegenOptions options) {
  Result<const Target *> host = find_target(host_target);
  if (!host || package.target == host_target)
    return {}; // This build has none, or nobody needs it.
  std::vector<Kernel> kernels;
  for (Fallback &fallback : package.fallbacks) {
    const Kernel &kernel = package.kernels[fallback.kernel];
    fallback.has_code = (*host)->supports(kernel).is_native();
    if (fallback.has_code)
      kernels.push_back(kernel);
  }
  if (kernels.empty())
    return {};
  if (options.variants != std::vector<std::string>{"native"})
    options.variants.clear();
  options.fallbacks = {};
  // The dump is of the package's own code, whose kernels have other numbers.
  options.dump = {};
  package.fallback_code = TRY((*host)->generate(kernels, options));
  return {};
}

std::string fallback_summary(const Package &package) {
  if (package.fallbacks.empty())
    return "";
  std::map<std::string_view, size_t> counts;
  for (const Fallback &fallback : package.fallbacks)
    ++counts[fallback.reason];
  std::vector<std::pair<std::string_view, size_t>> reasons(counts.begin(),
                                                           counts.end());
  std::ranges::stable_sort(reasons, std::ranges::greater(),
                           &std::pair<std::string_view, size_t>::second);
  std::string text;
  for (size_t k = 0; k < std::min(reasons.size(), most_reasons); ++k)
    text += fmt::format("{}{} because {}", k == 0 ? "" : ", ",
                        reasons[k].second, reasons[k].first);
  if (reasons.size() > most_reasons)
    text += fmt::format(" and {} more reasons", reasons.size() - most_reasons);
  return fmt::format("{} of {} kernels do not run natively on {} and fall "
                     "back: {}; `landfall explain` shows them, "
                     "--require-target forbids it",
                     package.fallbacks.size(), package.kernels.size(),
                     package.target, text);
}

} // namespace landfall::compiler
