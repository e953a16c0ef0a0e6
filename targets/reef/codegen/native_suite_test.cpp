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
#include "compiler/native/suite/native_suite_for_test.h"

#include "base/file.h"
#include "compiler/target.h"
#include "runtime/device.h"

#include <cstdlib>
#include <cstring>
#include <filesystem>
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

/// A folder that goes with the object.
class Folder {
public:
  Folder() {
    std::string path = std::filesystem::temp_directory_path() / "reef-XXXXXX";
    path_ = mkdtemp(path.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string file(const char *name) const { return path_ + "/" + name; }

private:
  std::string path_;
};

bool has_emulator() {
  // NOLINTNEXTLINE(bugprone-command-processor): the test's own command.
  return std::system("qemu-riscv64 --version >/dev/null 2>&1") == 0;
}

/// As test/kernel_runner/runner.cpp reads them.
std::vector<uint8_t> requests_for(std::span<const Run> runs) {
  std::vector<uint8_t> bytes;
  auto word = [&](uint64_t value) {
    auto *data = reinterpret_cast<const uint8_t *>(&value);
    bytes.insert(bytes.end(), data, data + sizeof(value));
  };
  for (const Run &run : runs) {
    word(run.kernel);
    word(run.at_end);
    word(run.launch->sizes.size());
    for (int64_t size : run.launch->sizes)
      word(uint64_t(size));
    word(run.launch->operands.size());
    for (const std::vector<uint8_t> &operand : run.launch->operands)
      word(operand.size());
    for (const std::vector<uint8_t> &operand : run.launch->operands)
      bytes.insert(bytes.end(), operand.begin(), operand.end());
  }
  return bytes;
}

/// The outcomes in a file of results; fewer than runs if the runner stopped.
std::vector<Outcome> outcomes_in(const std::vector<uint8_t> &results,
                                 std::span<const Run> runs) {
  std::vector<Outcome> outcomes;
  size_t at = 0;
  for (const Run &run : runs) {
    size_t bytes = sizeof(int64_t);
    for (const std::vector<uint8_t> &operand : run.launch->operands)
      bytes += operand.size();
    if (results.size() - at < bytes)
      break;
    Outcome &outcome = outcomes.emplace_back();
    std::memcpy(&outcome.status, &results[at], sizeof(outcome.status));
    at += sizeof(outcome.status);
    for (const std::vector<uint8_t> &operand : run.launch->operands) {
      outcome.operands.emplace_back(results.begin() + int64_t(at),
                                    results.begin() +
                                        int64_t(at + operand.size()));
      at += operand.size();
    }
  }
  return outcomes;
}

/// One process does all runs.
Result<Outcomes> emulate(const Folder &folder, int bits,
                         std::span<const Run> runs) {
  std::string command = fmt::format(
      "qemu-riscv64 -cpu rv64,v=true,vlen={},vext_spec=v1.0 {} {} <{} >{}",
      bits, LANDFALL_KERNEL_RUNNER, folder.file("code"),
      folder.file("requests"), folder.file("results"));
  // NOLINTNEXTLINE(bugprone-command-processor): the test's own command.
  int status = std::system(command.c_str());
  Outcomes outcomes{fmt::format("VLEN {}", bits),
                    outcomes_in(TRY(read_file(folder.file("results"))), runs)};
  if (status != 0 || outcomes.runs.size() < runs.size())
    return Error{ErrorCode::internal,
                 fmt::format("status {:#x}, {} of {} runs", status,
                             outcomes.runs.size(), runs.size())};
  return outcomes;
}

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
  if (!reef::has_emulator())
    return all;
  reef::Folder folder;
  EXPECT_TRUE(write_file(folder.file("code"), package.code[0].bytes.data).ok());
  EXPECT_TRUE(
      write_file(folder.file("requests"), reef::requests_for(runs)).ok());
  static size_t calls = 0;
  int bits = reef::register_bits[calls++ % std::size(reef::register_bits)];
  add(fmt::format("VLEN {}", bits), reef::emulate(folder, bits, runs));
  return all;
}

} // namespace landfall::native
