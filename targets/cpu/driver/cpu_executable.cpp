//===- cpu_executable.cpp - Kernels loaded into this process --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/cpu/driver/cpu_executable.h"
#include "targets/cpu/driver/machine_variants.h"

#include <fmt/format.h>

namespace landfall::cpu {

namespace {

Error nothing_to_run(const Package &package) {
  std::string held, possible, best = "all";
  for (const CodeSection &section : package.code)
    held += fmt::format("{}{} ({})", held.empty() ? "" : ", ", section.variant,
                        section.target);
  for (const MachineVariant &variant : machine_variants()) {
    possible += fmt::format(
        "{}{}{}", possible.empty() ? "" : ", ", variant.name,
        variant.runs_here
            ? ""
            : fmt::format(" (but this processor lacks {})", variant.needs));
    if (variant.runs_here && best == "all")
      best = variant.name;
  }
  return {ErrorCode::unsupported,
          fmt::format("the package has no machine code for this processor: it "
                      "holds {}, and this machine could run {}; compile the "
                      "model again with --target cpu --variant {}",
                      held.empty() ? "none" : held, possible, best)};
}

Result<const CodeSection *> best_section(const Package &package) {
  for (const MachineVariant &variant : machine_variants())
    if (variant.runs_here)
      for (const CodeSection &section : package.code)
        if (section.target == "cpu" && section.variant == variant.name)
          return &section;
  return nothing_to_run(package);
}

} // namespace

Result<std::unique_ptr<runtime::Executable>>
CpuExecutable::load(const Package &package) {
  auto executable = std::make_unique<CpuExecutable>(package.kernels);
  if (package.kernels.size() == package.fallbacks.size())
    return std::unique_ptr<runtime::Executable>(std::move(executable));
  const CodeSection &section = *TRY(best_section(package));
  executable->image_ = TRY(LoadedCode::load(section.bytes.data));
  for (size_t k = 0; k < package.kernels.size(); ++k) {
    if (find_fallback(package.fallbacks, uint32_t(k))) {
      executable->kernels_.push_back({nullptr, nullptr, &package.kernels[k]});
      continue;
    }
    void *plan = executable->image_->function(fmt::format("k{}_plan", k));
    void *run = executable->image_->function(fmt::format("k{}_run", k));
    if (!plan || !run)
      return Error{ErrorCode::invalid_package,
                   fmt::format("the package's code section '{}' lacks kernel "
                               "{} ('{}')",
                               section.variant, k, package.kernels[k].name)};
    executable->kernels_.push_back({reinterpret_cast<PlanFunction>(plan),
                                    reinterpret_cast<RunFunction>(run),
                                    &package.kernels[k]});
  }
  return std::unique_ptr<runtime::Executable>(std::move(executable));
}

} // namespace landfall::cpu
