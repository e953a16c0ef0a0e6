//===- hosts_suite_test.cpp - The suite on emulated processors ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The code for processors of other architectures, run under user-mode
// emulation, where there is an emulator and a library to link the runner with.
//
//===----------------------------------------------------------------------===//
#include "compiler/native/suite/emulated_runs_for_test.h"

#include "compiler/target.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace landfall::cpu {

const landfall::compiler::Target &codegen();

namespace {

struct Host {
  const char *variant;
  const char *emulator;
  const char *options;
  const char *runner;
};

/// Longer registers than a variant's are no other code.
constexpr Host hosts[] = {
    {"aarch64-neon", "qemu-aarch64", "",
     LANDFALL_HOSTS "/aarch64/bin/cpu_kernel_runner"},
    {"riscv64-v256", "qemu-riscv64", "-cpu rv64,v=true,vlen=256,vext_spec=v1.0",
     LANDFALL_HOSTS "/riscv64/bin/cpu_kernel_runner"},
    {"riscv64-v128", "qemu-riscv64", "-cpu rv64,v=true,vlen=512,vext_spec=v1.0",
     LANDFALL_HOSTS "/riscv64/bin/cpu_kernel_runner"},
    {"riscv64-gc", "qemu-riscv64", "-cpu rv64",
     LANDFALL_HOSTS "/riscv64/bin/cpu_kernel_runner"},
};

/// qemu before 8.0 dies of an assertion of its own at a conversion of vectors
/// to integers that no other floating-point instruction precedes.
bool is_emulators_fault(const std::string &message) {
  return message.find("decode_save_opc: Assertion") != std::string::npos;
}

} // namespace
} // namespace landfall::cpu

namespace landfall::native {

const double service_ulps = 2; // The C library there may have other code.
const bool is_simulated = true;

std::vector<Outcomes> run_everywhere(const std::vector<Kernel> &kernels,
                                     std::span<const Run> runs) {
  std::vector<Outcomes> all;
  for (const cpu::Host &host : cpu::hosts) {
    if (!has_program(host.emulator) || !has_program(host.runner))
      continue;
    auto sections =
        cpu::codegen().generate(kernels, {.variants = {host.variant}});
    if (!sections) {
      ADD_FAILURE() << host.variant << ": " << sections.error().message;
      continue;
    }
    EmulatedRuns emulated(sections->at(0).bytes.data, runs);
    auto outcomes =
        emulated.run(host.variant, fmt::format("{} {} {}", host.emulator,
                                               host.options, host.runner));
    if (outcomes)
      all.push_back(outcomes.take());
    else if (cpu::is_emulators_fault(outcomes.error().message))
      fmt::print("{}: left out, as this qemu does not survive it\n",
                 host.variant);
    else
      ADD_FAILURE() << host.variant << ": " << outcomes.error().message;
  }
  return all;
}

} // namespace landfall::native
