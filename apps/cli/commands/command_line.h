//===- command_line.h - The words that a program is started with -*- C++ -*-==//
//
// Part of Landfall, under the Apache License v2.0.
//
// CLI11 behind it is included by one file, as it takes long to compile.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "apps/cli/commands/command.h"

#include <span>

namespace landfall::cli {

struct Program {
  std::string name, description, footer;
  std::string version; ///< What --version prints.
  std::vector<Command> commands;
};

/// The options that every program has: --version, --help; a command has the
/// last of them.
std::span<const std::pair<std::string, std::string>> common_options();

struct ParsedLine {
  const Command *command = nullptr; ///< The chosen one, its options set, or
  std::string text; ///< null, and the help or the version that was asked for.
};

/// An error says how to get help.
Result<ParsedLine> parse(const Program &program, int argc, char **argv);

std::string help_text(const Program &program);

} // namespace landfall::cli
