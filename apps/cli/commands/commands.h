//===- commands.h - What landfall can be told to do ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "apps/cli/commands/command_line.h"

namespace landfall::cli {

Command run_command();
Command compile_command();
Command bench_command();
Command explain_command();
Command query_command();
Command quantize_command();
Command verify_command();
Command cache_command();
Command devices_command();
Command doctor_command();
/// Prints what the commands of `program` have declared, itself among them;
/// `program` must outlive it.
Command completion_command(const Program &program);

/// The whole program: parses, acts, reports an error. Gives the exit code.
int run_program(int argc, char **argv);

} // namespace landfall::cli
