//===- emulated_runs.cpp - The suite in other processes -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/native/suite/emulated_runs_for_test.h"

#include "base/file.h"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace landfall::native {

namespace {

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

} // namespace

EmulatedRuns::EmulatedRuns(std::span<const uint8_t> code,
                           std::span<const Run> runs)
    : runs_(runs) {
  std::string path = std::filesystem::temp_directory_path() / "runs-XXXXXX";
  folder_ = mkdtemp(path.data());
  EXPECT_TRUE(write_file(file("code"), code).ok());
  EXPECT_TRUE(write_file(file("requests"), requests_for(runs)).ok());
}

EmulatedRuns::~EmulatedRuns() { std::filesystem::remove_all(folder_); }

Result<Outcomes> EmulatedRuns::run(const std::string &machine,
                                   const std::string &command) const {
  std::string whole =
      fmt::format("{} {} <{} >{} 2>{}", command, file("code"), file("requests"),
                  file("results"), file("complaints"));
  // NOLINTNEXTLINE(bugprone-command-processor): the test's own command.
  int status = std::system(whole.c_str());
  Outcomes outcomes{machine,
                    outcomes_in(TRY(read_file(file("results"))), runs_)};
  std::vector<uint8_t> complaints = TRY(read_file(file("complaints")));
  if (status != 0 || outcomes.runs.size() < runs_.size())
    return Error{
        ErrorCode::internal,
        fmt::format("status {:#x}, {} of {} runs: {}", status,
                    outcomes.runs.size(), runs_.size(),
                    std::string(complaints.begin(), complaints.end()))};
  return outcomes;
}

bool has_program(const std::string &name) {
  std::string command = fmt::format("command -v {} >/dev/null", name);
  // NOLINTNEXTLINE(bugprone-command-processor): the test's own command.
  return std::system(command.c_str()) == 0;
}

} // namespace landfall::native
