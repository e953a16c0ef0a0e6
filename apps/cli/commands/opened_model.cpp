//===- opened_model.cpp - A model file, ready to run ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/opened_model.h"

#include "apps/cli/report/progress.h"
#include "apps/cli/report/units.h"
#include "package/host_work.h"
#include "package/package_layout.h"
#include "runtime/compiler_library.h"

#include <cstring>
#include <fmt/format.h>
#include <fstream>

namespace landfall::cli {

namespace {

Result<const EntryPoint *> find_entry(const Package &package,
                                      const std::string &name) {
  std::string known;
  for (const EntryPoint &entry : package.program.entries) {
    if (entry.name == name)
      return &entry;
    known += fmt::format("{}'{}'", known.empty() ? "" : ", ", entry.name);
  }
  return Error{ErrorCode::invalid_argument,
               fmt::format("the model has no entry point '{}'; it has {}", name,
                           known.empty() ? "none" : known)};
}

/// Compiles for the device that shall run it.
Result<std::shared_ptr<const Package>>
compile_here(const ModelOptions &options, std::vector<CompileStep> &steps) {
  Json json;
  json["target"] =
      TRY(runtime::find_driver(options.target.empty() ? "cpu" : options.target))
          ->name;
  json["variants"] = {"native"};
  json["require_target"] = options.require_target;
  Progress progress;
  progress.show("compiling " + options.path);
  return runtime::compile_model(
      {options.path, {}, {}},
      json.dump(-1, ' ', true, Json::error_handler_t::replace),
      [&](std::string_view step, double ms, std::string_view) {
        steps.push_back({std::string(step), ms});
        progress.show(fmt::format("compiling {}: {} done, {}", options.path,
                                  step, time_text(ms)));
      });
}

Result<std::shared_ptr<const Package>>
open_package(const ModelOptions &options) {
  Package package = TRY(read_package(options.path));
  if (options.require_target)
    TRY(require_target(package.program));
  return std::make_shared<const Package>(std::move(package));
}

} // namespace

void add_input_options(CLI::App &command, InputOptions &options) {
  command
      .add_option("--shape", options.shapes,
                  "Shape of an input: NAME=1x3x224x224 (may be repeated; the "
                  "name may be left out of a model with one input)")
      ->type_name("NAME=SHAPE")
      ->allow_extra_args(false);
  command
      .add_option("--dim", options.dims,
                  "Extent of a free dimension, by the model's name for it: "
                  "N=4 (may be repeated). Free dimensions that nothing sets "
                  "are 1")
      ->type_name("NAME=EXTENT")
      ->allow_extra_args(false);
  command
      .add_option("--input", options.inputs,
                  "Contents of an input (may be repeated): x=@FILE.npy, .npz "
                  "or .pb; x=random[:SEED]; x=NUMBER for all elements. "
                  "@FILE.npz alone fills every input by its name. Default: "
                  "random, seed 0")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
}

void add_require_target(CLI::App &command, bool &required) {
  command.add_flag("--require-target", required,
                   "Fail where the host would compute an operator, except for "
                   "what is its work by nature (docs/host_work.md)");
}

void add_model_options(CLI::App &command, ModelOptions &options) {
  command.add_option("model", options.path, "The model: .onnx or .lfm")
      ->required()
      ->type_name("FILE");
  command
      .add_option("--target", options.target,
                  "Device, one of `landfall devices` (null is the interpreter, "
                  "slow and exact), or DRIVER:FILE with a description of one. "
                  "Default: what an .lfm was compiled for, else cpu")
      ->type_name("NAME");
  command
      .add_option("--threads", options.threads,
                  "Threads; 0 (the default): all that the machine has")
      ->type_name("N");
  command.add_flag("--own-process", options.own_process,
                   "Run a simulated device in a process of its own");
  command
      .add_option("--timeout", options.timeout_seconds,
                  "Seconds that a device may show no sign of life, and that "
                  "a kernel may take by a simulated chip's clock. Default: 60")
      ->check(CLI::Range(1, 1000000))
      ->type_name("N");
  add_require_target(command, options.require_target);
  command.add_option("--entry", options.entry, "Entry point. Default: main")
      ->type_name("NAME");
  command.add_flag("--json", options.json, "Report as JSON");
}

bool is_package(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  char start[sizeof package_magic] = {};
  file.read(start, sizeof start);
  return path.ends_with(".lfm") ||
         std::memcmp(start, package_magic, sizeof start) == 0;
}

Result<OpenedModel> open_model(const ModelOptions &options) {
  OpenedModel opened;
  if (is_package(options.path))
    opened.package = TRY(open_package(options));
  else
    opened.package = TRY(compile_here(options, opened.steps));
  opened.entry = TRY(find_entry(*opened.package, options.entry));
  runtime::DeviceOptions device_options;
  device_options.threads = options.threads;
  device_options.own_process = options.own_process;
  device_options.timeout_seconds = options.timeout_seconds;
  std::shared_ptr<runtime::Device> device = TRY(runtime::create_device(
      options.target.empty() ? opened.package->target : options.target,
      device_options));
  opened.model = TRY(runtime::LoadedModel::load(opened.package, device));
  opened.session = std::make_unique<runtime::Session>(opened.model);
  return opened;
}

Result<std::vector<runtime::HostValue>> run_once(OpenedModel &opened,
                                                 const PreparedInputs &inputs,
                                                 runtime::RunOptions options,
                                                 const std::string &entry) {
  options.entry = entry;
  auto outputs = opened.session->run(inputs.values, options);
  if (outputs || inputs.assumed.empty())
    return outputs;
  Error error = outputs.take_error();
  error.message += " (" + assumption_text(inputs) + ")";
  return error;
}

size_t weight_bytes(const Package &package) {
  size_t bytes = 0;
  for (const Weight &weight : package.weights)
    bytes += weight.bytes.data.size();
  return bytes;
}

Json compile_json(const std::vector<CompileStep> &steps) {
  Json json;
  double total = 0;
  Json list = Json::array();
  for (const CompileStep &step : steps) {
    total += step.ms;
    list.push_back({{"name", step.name}, {"ms", step.ms}});
  }
  json["total_ms"] = total;
  json["steps"] = list;
  return json;
}

Json inputs_json(const PreparedInputs &inputs) {
  Json list = Json::array();
  for (size_t i = 0; i < inputs.notes.size(); ++i) {
    const InputNote &note = inputs.notes[i];
    Json json = {{"name", note.name}, {"source", note.source}};
    if (auto *tensor =
            std::get_if<runtime::HostTensor>(&inputs.values[i].value)) {
      json["dtype"] = name(tensor->dtype);
      json["shape"] = tensor->dims;
    }
    list.push_back(json);
  }
  return list;
}

} // namespace landfall::cli
