//===- compile.cpp - landfall compile -------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/opened_model.h"
#include "apps/cli/commands/placement_report.h"
#include "apps/cli/report/attempt.h"
#include "apps/cli/report/progress.h"
#include "apps/cli/report/standard_streams.h"
#include "apps/cli/report/units.h"
#include "base/file.h"

#include <filesystem>
#include <fmt/format.h>

namespace landfall::cli {

namespace {

constexpr const char *footer = R"(Examples:
  landfall compile model.onnx                 writes model.lfm here
  landfall compile model.onnx -o build/model.lfm
  landfall compile model.onnx --variant native     for this machine only
  landfall compile model.onnx --dynamic "x=?x3x?x?"  free a fixed batch and size
  landfall compile model.onnx --print-after fuse   the IR, on standard error
  landfall compile model.onnx --dump-dir steps     how code is made, as files

One package serves every shape that the model allows.)";

struct CompileCommand {
  std::string path;
  std::string output;
  std::string device = "cpu";
  std::vector<std::string> variants;
  std::vector<std::string> print_after;
  std::vector<std::string> skip_steps;
  std::string dump_directory;
  bool require_target = false;
  bool strict_names = false;
  bool no_cache = false;
  std::string precision = "f32";
  std::vector<std::string> dynamic;
  bool json = false;
};

/// Receives the compiler's progress callbacks.
class Observer {
public:
  explicit Observer(const CompileCommand &command) : command_(command) {
    progress_.show("compiling " + command.path);
  }

  void operator()(std::string_view step, double ms, const char *ir) {
    if (!ir) {
      steps_.push_back({std::string(step), ms});
      progress_.show(fmt::format("compiling {}: {} done, {}", command_.path,
                                 step, time_text(ms)));
      return;
    }
    progress_.clear();
    is_printed_ &= write_error_text(
        step == "warning" ? fmt::format("warning: {}\n", ir)
                          : fmt::format("// After {}.\n{}\n", step, ir));
  }

  const std::vector<CompileStep> &steps() const { return steps_; }
  /// Whether the IR that was asked for could be printed.
  bool is_printed() const { return is_printed_; }

private:
  const CompileCommand &command_;
  Progress progress_;
  std::vector<CompileStep> steps_;
  bool is_printed_ = true;
};

/// A step that does not exist would print nothing, without a word.
Status check_steps_known(const CompileCommand &command,
                         const std::vector<CompileStep> &steps) {
  for (const std::string &wanted : command.print_after) {
    std::string known = "all";
    bool found = wanted == "all";
    for (const CompileStep &step : steps) {
      found |= step.name == wanted;
      known += ", " + step.name;
    }
    if (!found)
      return Error{ErrorCode::invalid_argument,
                   fmt::format("--print-after {}: there is no such step; give "
                               "one of: {}",
                               wanted, known)};
  }
  return {};
}

std::string options_json(const CompileCommand &command) {
  Json json;
  json["device"] = command.device;
  json["variants"] = command.variants;
  json["print_after"] = command.print_after;
  json["skip_steps"] = command.skip_steps;
  json["dump_dir"] = command.dump_directory;
  json["require_target"] = command.require_target;
  json["strict_names"] = command.strict_names;
  json["cache"] = !command.no_cache;
  json["precision"] = command.precision;
  json["dynamic"] = dynamic_json(command.dynamic);
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

void report(const CompileCommand &command, const std::string &output,
            const Json &package, const std::vector<CompileStep> &steps) {
  std::error_code ignored;
  uint64_t size = std::filesystem::file_size(output, ignored);
  Json compile = compile_json(steps);
  Json names = Json::array();
  for (const Json &section : package["variants"])
    names.push_back(section["variant"]);
  if (!command.json) {
    std::string variants;
    for (const std::string name : names)
      variants += (variants.empty() ? "" : ", ") + name;
    fmt::print("{}: {}, {} kernels, {} of weights, for {}{} in {}\n", output,
               bytes_text(size), package["kernels"].size(),
               bytes_text(package["weight_bytes"]),
               package["target"].get<std::string>(),
               variants.empty() ? "" : " (" + variants + ")",
               time_text(compile["total_ms"]));
    return;
  }
  Json json;
  json["output"] = output;
  json["bytes"] = size;
  json["target"] = package["target"];
  json["variants"] = names;
  json["kernels"] = package["kernels"].size();
  json["placement"] = placement_json(package, nullptr);
  json["weight_bytes"] = package["weight_bytes"];
  json["compile"] = compile;
  print_json(json);
}

Status compile(const CompileCommand &command) {
  std::string output = command.output;
  if (output.empty())
    output = std::filesystem::path(command.path).stem().string() + ".lfm";
  // Saving checks it too, but only after the compiler has worked.
  TRY(check_not_read(output, files_read(command.path, command.device)));
  std::vector<CompileStep> steps;
  auto compiled = [&]() -> Result<lf::Package> {
    Observer observer(command);
    auto package = TRY(attempt([&] {
      return lf::Package::compile(command.path, options_json(command),
                                  std::ref(observer));
    }));
    steps = observer.steps();
    if (!observer.is_printed())
      return Error{ErrorCode::io,
                   "--print-after: standard error cannot be written"};
    return package;
  };
  lf::Package package = TRY(compiled());
  TRY(check_steps_known(command, steps));
  TRY(attempt([&] { package.save(output); }));
  Json summary =
      parse_json(TRY(attempt([&] { return package.describe("summary"); })));
  report(command, output, summary, steps);
  return {};
}

} // namespace

Command compile_command() {
  auto command = std::make_shared<CompileCommand>();
  Command made{"compile", "Compile an ONNX model to a package", footer};
  made.add({.names = "model",
            .value = &command->path,
            .description = "The ONNX model",
            .operand = "FILE",
            .is_required = true});
  made.add(path_option("-o,--output", command->output,
                       "The package. Default: the model's name with .lfm, here",
                       "FILE"));
  made.add({.names = "--device,--target",
            .value = &command->device,
            .description = "Default: cpu",
            .operand = "DEVICE"});
  made.add({.names = "--variant",
            .value = &command->variants,
            .description = "Machine variant, or native: this machine (may be "
                           "repeated). Default: all that the target has",
            .operand = "NAME"});
  add_require_target(made, command->require_target);
  add_strict_names(made, command->strict_names);
  add_precision(made, command->precision);
  add_no_cache(made, command->no_cache);
  add_dynamic(made, command->dynamic);
  made.add({.names = "--print-after",
            .value = &command->print_after,
            .description = "Print the result of a step, or of all, to standard "
                           "error (may be repeated)",
            .operand = "STEP"});
  made.add({.names = "--skip-step",
            .value = &command->skip_steps,
            .description = "Leave an optimisation out, to find one that breaks "
                           "something (may be repeated)",
            .operand = "STEP"});
  made.add(path_option("--dump-dir", command->dump_directory,
                       "Write the result of each step, and how each kernel's "
                       "code is made, to files in DIR",
                       "DIR"));
  made.add_json(command->json);
  made.run = [command](bool &) { return compile(*command); };
  return made;
}

} // namespace landfall::cli
