//===- native_suite_test.cpp - The suite on this processor ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/native/suite/native_suite_for_test.h"

#include "compiler/target.h"
#include "targets/cpu/driver/machine_variants.h"
#include "targets/cpu/test/loaded_kernel_for_test.h"

#include <gtest/gtest.h>

namespace landfall::cpu {

const landfall::compiler::Target &codegen();

namespace {

native::Outcome launch_of(const LoadedKernel &kernel,
                          const native::Launch &launch, bool at_end) {
  Buffers buffers;
  for (const std::vector<uint8_t> &operand : launch.operands)
    buffers.push_back(std::make_unique<FencedBuffer>(operand, at_end));
  // The cut for one thread, and that for many.
  native::Outcome outcome{kernel.run_tasks(launch.sizes, buffers, at_end), {}};
  for (size_t k = 0; k < buffers.size(); ++k)
    outcome.operands.emplace_back(
        buffers[k]->data(), buffers[k]->data() + launch.operands[k].size());
  return outcome;
}

} // namespace
} // namespace landfall::cpu

namespace landfall::native {

const double service_ulps = 0;
const bool is_simulated = false;

std::vector<Outcomes> run_everywhere(const std::vector<Kernel> &kernels,
                                     std::span<const Run> runs) {
  compiler::CodegenOptions options;
  for (const cpu::MachineVariant &variant : cpu::machine_variants())
    if (variant.runs_here)
      options.variants.emplace_back(variant.name);
  // Variants that make no difference for these kernels have one section.
  auto sections = cpu::codegen().generate(kernels, options);
  if (!sections) {
    ADD_FAILURE() << sections.error().message;
    return {};
  }
  std::vector<Outcomes> all;
  for (const CodeSection &section : *sections) {
    auto image = cpu::LoadedCode::load(section.bytes.data);
    if (!image) {
      ADD_FAILURE() << image.error().message;
      return {};
    }
    Outcomes &outcomes = all.emplace_back(section.variant);
    for (const Run &run : runs) {
      cpu::LoadedKernel kernel(**image, run.kernel);
      if (!kernel.is_whole()) {
        ADD_FAILURE() << kernels[run.kernel].name << " was not exported";
        return {};
      }
      outcomes.runs.push_back(cpu::launch_of(kernel, *run.launch, run.at_end));
    }
  }
  return all;
}

} // namespace landfall::native
