//===- emulated_runs_for_test.h - The suite in other processes --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// For tests only. Machines that are not here are emulated: a small program for
// them, a target's kernel runner, executes launches. It is called with the path
// of the code section, reads requests and writes results:
//
//   runner <code section>  <requests >results
//
// A request, in 64-bit words: the kernel's number, whether operands end at
// their page's end, how many sizes, the sizes, how many operands, and for each
// its bytes; then the operands' contents. A result: 0 or 1 + the failed check,
// then the operands' contents.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/native/suite/native_suite_for_test.h"

#include "base/result.h"

namespace landfall::native {

/// Launches written to files of a folder that goes with the object.
class EmulatedRuns {
public:
  EmulatedRuns(std::span<const uint8_t> code, std::span<const Run> runs);
  ~EmulatedRuns();
  EmulatedRuns(const EmulatedRuns &) = delete;
  EmulatedRuns &operator=(const EmulatedRuns &) = delete;

  /// One process does all runs: `command` is the emulator, its options and the
  /// kernel runner, for a shell. An error if the process fails.
  Result<Outcomes> run(const std::string &machine,
                       const std::string &command) const;

private:
  std::string file(const char *name) const { return folder_ + "/" + name; }

  std::string folder_;
  std::span<const Run> runs_;
};

/// Whether the shell finds this program.
bool has_program(const std::string &name);

} // namespace landfall::native
