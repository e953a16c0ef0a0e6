//===- opened_model.h - A model file, ready to run -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "apps/cli/commands/commands.h"
#include "apps/cli/report/json.h"
#include "apps/cli/tensors/prepared_inputs.h"
#include "runtime/session.h"

namespace landfall::cli {

/// The options that `run`, `bench` and `explain` share.
struct ModelOptions {
  std::string path;
  std::string target; ///< Empty: the package's own, or cpu.
  std::string entry = "main";
  int threads = 0;
  bool own_process = false;
  int timeout_seconds = runtime::DeviceOptions().timeout_seconds;
  bool require_target = false;
  bool json = false;
  InputOptions inputs;
};

void add_model_options(CLI::App &command, ModelOptions &options);
/// Adds the option --require-target to a command.
void add_require_target(CLI::App &command, bool &required);
void add_input_options(CLI::App &command, InputOptions &options);

struct CompileStep {
  std::string name;
  double ms = 0;
};

struct OpenedModel {
  std::shared_ptr<const Package> package;
  std::shared_ptr<runtime::LoadedModel> model;
  std::unique_ptr<runtime::Session> session;
  const EntryPoint *entry = nullptr; ///< In `package`.
  std::vector<CompileStep> steps;    ///< None for a .lfm.
};

/// Whether the file is a compiled package, by its first bytes.
bool is_package(const std::string &path);

/// Compiles an .onnx for this machine or maps an .lfm, and loads it on the
/// device.
Result<OpenedModel> open_model(const ModelOptions &options);

/// Runs once. A failure says which dimensions had been assumed.
Result<std::vector<runtime::HostValue>> run_once(OpenedModel &opened,
                                                 const PreparedInputs &inputs,
                                                 runtime::RunOptions options,
                                                 const std::string &entry);

size_t weight_bytes(const Package &package);

/// {"total_ms": ..., "steps": [...]}, for a model that was compiled.
Json compile_json(const std::vector<CompileStep> &steps);
Json inputs_json(const PreparedInputs &inputs);

} // namespace landfall::cli
