//===- run.cpp - landfall run ---------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/opened_model.h"
#include "apps/cli/report/attempt.h"
#include "apps/cli/report/standard_streams.h"
#include "apps/cli/report/table.h"
#include "apps/cli/report/units.h"
#include "apps/cli/tensors/tensor_file.h"
#include "apps/cli/tensors/tensor_summary.h"
#include "base/file.h"

#include <cmath>
#include <fmt/format.h>

namespace landfall::cli {

namespace {

constexpr const char *footer = R"(Examples:
  landfall run model.onnx
  landfall run model.onnx --shape image=1x3x720x1280
  landfall run model.onnx --input image=@cat.npy --save-outputs result.npz
  landfall run model.lfm --input @inputs.npz --input rate=16000 --output out
  landfall run model.onnx --verify            compare every kernel with the
                                              interpreter while it runs)";

struct RunCommand {
  ModelOptions model;
  std::string directory;
  std::string archive;
  bool verify = false;
  double time_limit = 0;
  uint64_t memory_limit = 0;
  uint64_t step_limit = 0;
};

/// What a run has told.
struct RunReport {
  lf_statistics statistics = {};
  std::vector<std::string> warnings;
};

std::vector<NamedTensor> named_outputs(const lf::Entry &entry,
                                       std::vector<lf::Value> values) {
  std::vector<NamedTensor> tensors;
  std::vector<lf::Port> ports = entry.outputs();
  for (size_t i = 0; i < values.size(); ++i)
    for (NamedTensor &tensor :
         flatten(ports[i].name(),
                 std::make_shared<lf::Value>(std::move(values[i]))))
      tensors.push_back(std::move(tensor));
  return tensors;
}

std::vector<std::string> output_row(const NamedTensor &named) {
  const Tensor &tensor = named.tensor;
  std::vector<std::string> row = {named.name, std::string(name(tensor.dtype)),
                                  shape_text(tensor.dims)};
  auto summary = summarize(tensor);
  if (summary) {
    row.push_back(fmt::format("{:.6g}", summary->smallest));
    row.push_back(fmt::format("{:.6g}", summary->largest));
    // Infinities of both signs have no mean.
    row.push_back(
        std::isnan(summary->mean) ? "-" : fmt::format("{:.6g}", summary->mean));
    row.push_back(summary->not_numbers
                      ? fmt::format("{} NaN", summary->not_numbers)
                      : "");
    return row;
  }
  std::string first;
  if (!tensor.strings.empty())
    first = "first: '" + tensor.strings[0].substr(0, 40) + "'";
  else if (tensor.element_count() > 0 && is_real(tensor.dtype))
    first = "all NaN";
  row.insert(row.end(), {"", "", "", first});
  return row;
}

void print_text(const PreparedInputs &inputs, const OpenedModel &opened,
                const std::vector<NamedTensor> &outputs,
                const RunReport &report, bool verified) {
  using Align = Table::Align;
  if (!opened.steps.empty())
    fmt::print("compiled in {}\n",
               time_text(compile_json(opened.steps)["total_ms"]));
  Table input_table({{"input"}, {"type"}, {"from"}});
  for (const InputNote &note : inputs.notes)
    input_table.add({note.name, note.type, note.source});
  if (!inputs.notes.empty())
    fmt::print("{}", input_table.text(""));
  if (!inputs.assumed.empty())
    fmt::print("{}\n", assumption_text(inputs));
  Table table({{"output"},
               {"type"},
               {"shape"},
               {"min", Align::right},
               {"max", Align::right},
               {"mean", Align::right},
               {""}});
  for (const NamedTensor &output : outputs)
    table.add(output_row(output));
  fmt::print("{}", table.text(""));
  fmt::print("ran in {} on {}{}\n", time_text(report.statistics.total_ms),
             opened.device_name(),
             verified ? "; every kernel agrees with the interpreter" : "");
}

Json output_json(const NamedTensor &named) {
  Json json = {{"name", named.name},
               {"dtype", name(named.tensor.dtype)},
               {"shape", named.tensor.dims}};
  if (auto summary = summarize(named.tensor)) {
    json["min"] = summary->smallest;
    json["max"] = summary->largest;
    json["mean"] = summary->mean;
    json["not_numbers"] = summary->not_numbers;
  }
  return json;
}

void print_report(const PreparedInputs &inputs, const OpenedModel &opened,
                  const std::vector<NamedTensor> &outputs,
                  const RunReport &report, bool verified) {
  Json json;
  json["device"] = opened.device_name();
  if (!opened.steps.empty())
    json["compile"] = compile_json(opened.steps);
  json["inputs"] = inputs_json(inputs);
  json["assumed_1"] = inputs.assumed;
  json["outputs"] = Json::array();
  for (const NamedTensor &output : outputs)
    json["outputs"].push_back(output_json(output));
  json["ms"] = report.statistics.total_ms;
  json["launches"] = report.statistics.launches;
  json["arena_bytes"] = report.statistics.arena_bytes;
  json["verified"] = verified;
  json["warnings"] = report.warnings;
  print_json(json);
}

/// No archive: nothing to check.
Status check_archive(const RunCommand &command,
                     const std::vector<std::string> &read) {
  return command.archive.empty() ? Status()
                                 : check_not_read(command.archive, read);
}

Status write_outputs(const RunCommand &command, const OpenedModel &opened,
                     const PreparedInputs &inputs,
                     const std::vector<NamedTensor> &outputs) {
  std::vector<std::string> read =
      files_read(command.model.path, command.model.device, &opened.package);
  read.insert(read.end(), inputs.files.begin(), inputs.files.end());
  TRY(check_archive(command, read));
  if (!command.directory.empty())
    TRY(write_npy_files(command.directory, outputs, read));
  if (!command.archive.empty())
    TRY(write_npz(command.archive, outputs));
  return {};
}

Status run(const RunCommand &command) {
  InputRequest request = TRY(parse_input_options(command.model.inputs));
  // What is known to be wrong is said before anything takes time.
  TRY(check_archive(command,
                    files_read(command.model.path, command.model.device)));
  OpenedModel opened = TRY(open_model(command.model));
  PreparedInputs inputs = TRY(prepare_inputs(opened.entry, request));
  RunReport report;
  lf::RunOptions options;
  options.set_warning(
      [](void *warnings, const char *text) {
        static_cast<std::vector<std::string> *>(warnings)->push_back(text);
        write_error_text(fmt::format("warning: {}\n", text));
      },
      &report.warnings);
  options.set_entry(command.model.entry);
  options.set_statistics(report.statistics);
  options.set_verify(command.verify);
  TRY(attempt([&] { options.set_time_limit(command.time_limit); }));
  options.set_memory_limit(command.memory_limit);
  options.set_step_limit(command.step_limit);
  std::vector<NamedTensor> outputs =
      named_outputs(opened.entry, TRY(run_once(opened, inputs, options)));
  TRY(write_outputs(command, opened, inputs, outputs));
  auto print = command.model.json ? print_report : print_text;
  print(inputs, opened, outputs, report, command.verify);
  return {};
}

} // namespace

Command run_command() {
  auto command = std::make_shared<RunCommand>();
  Command made{"run", "Run a model once", footer};
  add_model_options(made, command->model);
  add_input_options(made, command->model.inputs);
  made.add(path_option("--output", command->directory,
                       "Write each output to DIR/NAME.npy", "DIR"));
  made.add(path_option("--save-outputs", command->archive,
                       "Write all outputs to one .npz", "FILE"));
  made.add(path_option("--dump-dir", command->model.dump_directory,
                       "Write how kernels are made to this folder, as "
                       "`compile` does, and what launches are on chips of the "
                       "tiler",
                       "DIR"));
  made.add({.names = "--verify",
            .value = &command->verify,
            .description = "Compare every kernel with the interpreter (slow)"});
  made.add({.names = "--time-limit",
            .value = &command->time_limit,
            .description = "End the run after so many seconds; 0: never",
            .operand = "SECONDS",
            .is_not_negative = true});
  made.add(
      {.names = "--memory-limit",
       .value = &command->memory_limit,
       .description = "The most bytes of tensors that the run may hold; 0: any",
       .operand = "BYTES"});
  made.add(
      {.names = "--step-limit",
       .value = &command->step_limit,
       .description = "The most steps of a kernel that is interpreted; 0: any",
       .operand = "STEPS"});
  made.run = [command](bool &) { return run(*command); };
  return made;
}

} // namespace landfall::cli
