//===- program.cpp - The command line as a whole --------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/commands.h"
#include "apps/cli/report/build_facts.h"
#include "apps/cli/report/json.h"
#include "apps/cli/report/standard_streams.h"

#include <landfall/version.h>

#include <fmt/format.h>
#include <new>
#include <string_view>
#include <system_error>

namespace landfall::cli {

namespace {

constexpr const char *description =
    "Landfall compiles ONNX models and runs them, at any shape.";

constexpr const char *footer = R"(Examples:
  landfall run model.onnx                     compile, run on random inputs
  landfall run model.onnx --input image=@cat.npy --output results
  landfall compile model.onnx -o model.lfm    compile once ...
  landfall run model.lfm                      ... run without the compiler
  landfall bench model.onnx --against onnxruntime
  landfall explain model.onnx                 kernels, their nodes, their time
  landfall quantize model.onnx --calibrate data.npz   int8, int4
  landfall verify model.lfm                   whether a package is damaged
  landfall doctor                             what of this installation works
  landfall COMMAND --help                     every option, more examples

Exit codes: 0 done; 1 wrong command line, option, shape or input; 2 the model
breaks ONNX's rules; 3 unsupported; 4 the package is damaged or too new; 5 a
file cannot be read or written; 6 out of memory; 7 a check inside the model
failed; 8 a device failed; 9 an error in Landfall itself.)";

/// Also for command lines that are wrong, and so never parsed whole.
bool wants_json(int argc, char **argv) {
  for (int i = 1; i < argc; ++i)
    if (std::string_view(argv[i]) == "--json")
      return true;
  return false;
}

int report(const Error &error, bool as_json) {
  int code = static_cast<int>(error.code);
  write_error_text(fmt::format("error: {}\n", render(error)));
  if (!as_json)
    return code;
  try {
    print_json({{"error", error_json(error)}});
  } catch (const std::system_error &) {
    // That standard output cannot be written may be the very error.
    return code;
  }
  return code;
}

/// Sizes in options and files are checked, but memory may still run out; and
/// printing throws what the operating system says.
template <typename Body> Status guard(const std::string &task, Body body) {
  try {
    return body();
  } catch (const std::bad_alloc &) {
    return Error{ErrorCode::out_of_memory,
                 fmt::format("there is not enough memory for {}", task)};
  } catch (const std::system_error &problem) {
    return Error{ErrorCode::io, problem.what()};
  } catch (const std::exception &problem) {
    return Error{ErrorCode::internal,
                 fmt::format("an error in Landfall itself, please report it: "
                             "{}",
                             problem.what())};
  }
}

/// The command and what it is given: "run m.onnx".
std::string task_of(int argc, char **argv) {
  std::string task = "'landfall";
  for (int i = 1; i < argc && i < 3; ++i)
    task += std::string(" ") + argv[i];
  return task + "'";
}

} // namespace

int run_program(int argc, char **argv) {
  prepare_standard_streams();
  std::string facts = build_facts_text();
  facts.pop_back(); // The parser ends the line.
  Program program{"landfall", description, footer, facts, {}};
  program.commands = {run_command(),
                      compile_command(),
                      bench_command(),
                      explain_command(),
                      query_command(),
                      quantize_command(),
                      verify_command(),
                      cache_command(),
                      devices_command(),
                      doctor_command(),
                      completion_command(program)};
  if (argc <= 1) {
    write_error_text(help_text(program));
    return static_cast<int>(ErrorCode::invalid_argument);
  }
  bool as_json = wants_json(argc, argv), is_reported = false;
  Status status = guard(task_of(argc, argv), [&]() -> Status {
    ParsedLine line = TRY(parse(program, argc, argv));
    if (line.command)
      TRY(line.command->run(is_reported));
    else
      fmt::print("{}", line.text);
    return flush_output();
  });
  if (status)
    return 0;
  return report(status.error(), as_json && !is_reported);
}

} // namespace landfall::cli
