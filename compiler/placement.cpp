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

/// The host's target; null: this build has none.
const Target *find_host() {
  for (const Target *target : targets())
    if (target->name() == host_target)
      return target;
  return nullptr;
}

/// Whether the instruction's first operand is a register that it sets.
bool sets_value(Op op) {
  return info(op).operands.starts_with('v') && op != Op::drop &&
         op != Op::expect;
}

/// For each value register, whether it always holds a weight or a reshaped one.
std::vector<bool> constant_values(const Program &program) {
  enum class State : uint8_t { unset, constant, variable };
  std::vector<State> states(program.value_registers, State::unset);
  auto set = [&](uint32_t value, bool constant) {
    State &state = states[value];
    state = constant && state != State::variable ? State::constant
                                                 : State::variable;
  };
  // An alias stands behind its source, as a register is set before it is used.
  for (const Instruction &instruction : program.code) {
    const std::vector<uint32_t> &args = instruction.args;
    if (instruction.op == Op::weight)
      set(args[0], true);
    else if (instruction.op == Op::alias)
      set(args[0], states[args[1]] == State::constant);
    else if (instruction.op == Op::box)
      for (uint32_t k = 0; k < args[1]; ++k)
        set(args[2 + k], false);
    else if (sets_value(instruction.op))
      set(args[0], false);
  }
  std::vector<bool> constant;
  for (State state : states)
    constant.push_back(state == State::constant);
  return constant;
}

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
  const Target *host = find_host();
  if (!host || package.target == host_target)
    return {};
  std::vector<Kernel> kernels;
  for (Fallback &fallback : package.fallbacks) {
    const Kernel &kernel = package.kernels[fallback.kernel];
    fallback.has_code = host->supports(kernel).is_native();
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
  package.fallback_code = TRY(host->generate(kernels, options));
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

void mark_constants(Package &package) {
  std::vector<bool> constant = constant_values(package.program);
  std::vector<bool> launched(package.kernels.size());
  for (const Instruction &instruction : package.program.code) {
    if (instruction.op != Op::launch)
      continue;
    uint32_t number = instruction.args[0];
    Kernel &kernel = package.kernels[number];
    for (size_t k = 0; k < kernel.operands.size(); ++k) {
      KernelOperand &operand = kernel.operands[k];
      bool here = !operand.written && constant[instruction.args[2 + k]];
      operand.constant = here && (operand.constant || !launched[number]);
    }
    launched[number] = true;
  }
}

} // namespace landfall::compiler
