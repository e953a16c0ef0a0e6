//===- completion.h - Scripts that complete command lines ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Made from the declarations that --help prints, so that neither can lack an
// option that the other has. The options of `quantize` are declared in Python
// and are not among them.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "apps/cli/commands/command_line.h"

#include <string>
#include <vector>

namespace landfall::cli {

/// What may follow an option.
enum class Operand { none, file, folder, word, anything };

struct CompletedOption {
  std::vector<std::string> names; ///< "--output", "-o".
  std::string description;
  Operand operand = Operand::none;
  std::vector<std::string> words = {}; ///< The possible operands, if `word`.
};

struct CompletedCommand {
  std::string name;
  std::string description;
  std::vector<CompletedOption> options = {};
  /// What stands without an option; `none` if nothing may.
  Operand operand = Operand::none;
  std::vector<std::string> words = {};
};

/// The commands of the program, and at first, without a name, itself. An
/// option whose operand is a DEVICE is completed with `devices`.
std::vector<CompletedCommand>
completed_commands(const Program &program,
                   const std::vector<std::string> &devices);

// The scripts.
std::string bash_completion(const std::vector<CompletedCommand> &commands);
std::string zsh_completion(const std::vector<CompletedCommand> &commands);
std::string fish_completion(const std::vector<CompletedCommand> &commands);

} // namespace landfall::cli
