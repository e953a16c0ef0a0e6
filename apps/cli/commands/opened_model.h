//===- opened_model.h - A model file, ready to run -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "apps/cli/commands/commands.h"
#include "apps/cli/report/json.h"
#include "apps/cli/tensors/prepared_inputs.h"

#include <landfall/landfall.hpp>

namespace landfall::cli {

/// The options that `run`, `bench` and `explain` share.
struct ModelOptions {
  std::string path;
  std::string device; ///< Empty: the package's own, or cpu.
  std::string entry = "main";
  int threads = 0;
  bool own_process = false;
  int timeout_seconds = 60;
  bool require_target = false;
  bool strict_names = false;
  bool no_cache = false;
  std::string precision = "f32";
  std::vector<std::string> dynamic;
  /// For what compiler and driver dump; empty: nothing.
  std::string dump_directory;
  bool json = false;
  InputOptions inputs;
};

void add_model_options(Command &command, ModelOptions &options);
/// An option that names what to write, which an empty text does not.
Option path_option(const std::string &names, std::string &path,
                   const std::string &description, const std::string &operand);
/// Adds the option --html to a command.
void add_html(Command &command, std::string &path);
/// Adds the option --require-target to a command.
void add_require_target(Command &command, bool &required);
/// Adds the option --strict-names to a command.
void add_strict_names(Command &command, bool &strict);
void add_no_cache(Command &command, bool &no_cache);
/// Adds the option --precision to a command.
void add_precision(Command &command, std::string &precision);
/// Adds the option --dynamic to a command, and gives its values as the compile
/// option "dynamic".
void add_dynamic(Command &command, std::vector<std::string> &dynamic);
Json dynamic_json(const std::vector<std::string> &dynamic);
void add_input_options(Command &command, InputOptions &options);

struct CompileStep {
  std::string name;
  double ms = 0;
};

struct CompiledModel {
  lf::Package package;
  lf::Entry entry;                ///< In `package`.
  std::vector<CompileStep> steps; ///< None for a .lfm.
  /// What lf_device_describe gives; null until it is loaded.
  Json device = {};

  std::string device_name() const { return device["name"]; }
};

struct OpenedModel : CompiledModel {
  lf::Model model;
  lf::Session session;
};

/// Whether the file is a compiled package, by its first bytes.
bool is_package(const std::string &path);

/// Compiles an .onnx for this machine or maps an .lfm. Nothing is loaded on the
/// device.
Result<CompiledModel> compile_model(const ModelOptions &options);
/// Sets what the device says of itself without loading anything on it. `name`
/// empty: the package's own.
Status describe_device(CompiledModel &compiled, std::string name);
/// Loads it on the device.
Result<OpenedModel> load_model(CompiledModel compiled,
                               const ModelOptions &options);
/// Both.
Result<OpenedModel> open_model(const ModelOptions &options);

/// The files that a model is read from, and its device's description; without a
/// package, those that are known before it is compiled.
std::vector<std::string> files_read(const std::string &model,
                                    const std::string &device,
                                    const lf::Package *package = nullptr);

/// Runs once. A failure says which dimensions had been assumed.
Result<std::vector<lf::Value>> run_once(OpenedModel &opened,
                                        const PreparedInputs &inputs,
                                        const lf::RunOptions &options);

/// The error of a run, which says which dimensions had been assumed.
Error run_error(Error error, const PreparedInputs &inputs);

/// What the library gives as JSON.
Json parse_json(const std::string &text);

/// {"total_ms": ..., "steps": [...]}, for a model that was compiled.
Json compile_json(const std::vector<CompileStep> &steps);
Json inputs_json(const PreparedInputs &inputs);

} // namespace landfall::cli
