//===- native_suite_test.cpp - The suite on simulated chips ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The code of one section runs on the three simulated chips, through the
// driver, and under qemu-riscv64, where there is one, at one of their register
// lengths after the other: an independent check of vectors and scalars. (It
// takes four fifths of the time if all three lengths run each kernel.)
//
//===----------------------------------------------------------------------===//
#include "compiler/native/suite/emulated_runs_for_test.h"

#include "compiler/target.h"
#include "runtime/device.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <iterator>

namespace landfall::reef {

const landfall::compiler::Target &codegen();

namespace {

using native::Outcome;
using native::Outcomes;
using native::Run;

constexpr const char *chips[] = {"reef1", "reef2", "reef3"};
constexpr int register_bits[] = {256, 512, 1024};

/// Runs on one simulated chip.
class ChipRunner {
public:
  static Result<Outcomes> run(const std::string &chip, const Package &package,
                              std::span<const Run> runs) {
    ChipRunner runner;
    runner.kernels_ = package.kernels;
    runner.device_ = TRY(runtime::create_device(chip, {}));
    runner.queue_ = TRY(runner.device_->create_queue());
    runner.code_ = TRY(runner.device_->load(package));
    Outcomes outcomes{chip, {}};
    for (const Run &run : runs)
      outcomes.runs.push_back(TRY(runner.launch(run)));
    return outcomes;
  }

private:
  Result<Outcome> launch(const Run &run) {
    std::vector<runtime::DeviceSpan> spans;
    for (const std::vector<uint8_t> &operand : run.launch->operands) {
      spans.push_back({TRY(device_->allocate(operand.size()))});
      TRY(queue_->write(spans.back(), operand.data(), operand.size()));
    }
    TRY(queue_->launch(*code_, uint32_t(run.kernel), spans, run.launch->sizes));
    Status status = queue_->finish();
    if (!status.ok() && kernels_[run.kernel].checks.empty())
      return status.take_error();
    Outcome outcome{status.ok() ? 0 : 1, run.launch->operands};
    for (size_t k = 0; k < spans.size(); ++k) {
      TRY(queue_->read(outcome.operands[k].data(), spans[k],
                       outcome.operands[k].size()));
      device_->release(spans[k].memory);
    }
    return outcome;
  }

  std::span<const Kernel> kernels_;
  std::unique_ptr<runtime::Device> device_;
  std::unique_ptr<runtime::Queue> queue_;
  std::unique_ptr<runtime::Executable> code_;
};

} // namespace
} // namespace landfall::reef

namespace landfall::native {

/// Those of the firmware's functions (device_math/device_math.h), and the C
/// library's own.
const double service_ulps = 2;
const bool is_simulated = true;

std::vector<Outcomes> run_everywhere(const std::vector<Kernel> &kernels,
                                     std::span<const Run> runs) {
  auto sections = reef::codegen().generate(kernels, {});
  if (!sections) {
    ADD_FAILURE() << sections.error().message;
    return {};
  }
  Package package;
  package.target = "reef";
  package.kernels = kernels;
  package.code = sections.take();
  std::vector<Outcomes> all;
  auto add = [&](const std::string &machine, Result<Outcomes> outcomes) {
    if (outcomes)
      all.push_back(outcomes.take());
    else
      ADD_FAILURE() << machine << ": " << outcomes.error().message;
  };
  for (const char *chip : reef::chips)
    add(chip, reef::ChipRunner::run(chip, package, runs));
  if (!has_program("qemu-riscv64"))
    return all;
  static size_t calls = 0;
  int bits = reef::register_bits[calls++ % std::size(reef::register_bits)];
  EmulatedRuns emulated(package.code[0].bytes.data, runs);
  std::string machine = fmt::format("VLEN {}", bits);
  std::string command =
      fmt::format("qemu-riscv64 -cpu rv64,v=true,vlen={},vext_spec=v1.0 {}",
                  bits, LANDFALL_KERNEL_RUNNER);
  add(machine, emulated.run(machine, command));
  return all;
}

} // namespace landfall::native
