//===- commands.h - What landfall can be told to do ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <utility>

namespace landfall::cli {

/// What is done once the command line is known to be right.
struct Action {
  std::function<Status()> run;
  /// Set by `run` if its JSON report has the error that it returns.
  bool error_is_reported = false;

  template <typename Run> Action &operator=(Run does) {
    run = std::move(does);
    return *this;
  }
};

// Each adds a subcommand, which sets `action` if it is the chosen one.
void add_run(CLI::App &app, Action &action);
void add_compile(CLI::App &app, Action &action);
void add_bench(CLI::App &app, Action &action);
void add_explain(CLI::App &app, Action &action);
void add_query(CLI::App &app, Action &action);
void add_quantize(CLI::App &app, Action &action);
void add_verify(CLI::App &app, Action &action);
void add_cache(CLI::App &app, Action &action);
void add_devices(CLI::App &app, Action &action);
void add_doctor(CLI::App &app, Action &action);
/// To be added last: it prints what the others have declared.
void add_completion(CLI::App &app, Action &action);

/// The whole program: parses, acts, reports an error. Gives the exit code.
int run_program(int argc, char **argv);

} // namespace landfall::cli
