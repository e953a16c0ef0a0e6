//===- opened_model.cpp - A model file, ready to run ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/opened_model.h"

#include "apps/cli/report/attempt.h"
#include "apps/cli/report/progress.h"
#include "apps/cli/report/standard_streams.h"
#include "apps/cli/report/units.h"
#include "base/file.h"

#include <fmt/format.h>
#include <memory>
#include <set>

namespace landfall::cli {

namespace {

Result<lf::Entry> find_entry(const lf::Package &package,
                             const std::string &name) {
  std::string known;
  for (const lf::Entry &entry : package.entries()) {
    if (entry.name() == name)
      return entry;
    known += fmt::format("{}'{}'", known.empty() ? "" : ", ", entry.name());
  }
  return Error{ErrorCode::invalid_argument,
               fmt::format("the model has no entry point '{}'; it has {}", name,
                           known.empty() ? "none" : known)};
}

std::string text_of(const Json &json) {
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

/// Compiles for the device that shall run it.
Result<lf::Package> compile_here(const ModelOptions &options,
                                 std::vector<CompileStep> &steps) {
  Json json = {{"device", options.device.empty() ? "cpu" : options.device},
               {"variants", {"native"}},
               {"require_target", options.require_target},
               {"strict_names", options.strict_names},
               {"cache", !options.no_cache},
               {"precision", options.precision},
               {"dump_dir", options.dump_directory},
               {"dynamic", dynamic_json(options.dynamic)}};
  Progress progress;
  progress.show("compiling " + options.path);
  auto on_step = [&](const char *step, double ms, const char *warning) {
    if (warning) { // No IR is asked for.
      progress.clear();
      write_error_text(fmt::format("warning: {}\n", warning));
      return;
    }
    steps.push_back({step, ms});
    progress.show(fmt::format("compiling {}: {} done, {}", options.path, step,
                              time_text(ms)));
  };
  return attempt([&] {
    return lf::Package::compile(options.path, text_of(json), on_step);
  });
}

std::string load_options(const ModelOptions &options) {
  return text_of({{"threads", options.threads},
                  {"own_process", options.own_process},
                  {"timeout_seconds", options.timeout_seconds},
                  {"dump_dir", options.dump_directory},
                  {"require_target", options.require_target}});
}

} // namespace

void add_input_options(Command &command, InputOptions &options) {
  command.add({.names = "--shape",
               .value = &options.shapes,
               .description =
                   "Shape of an input: NAME=1x3x224x224 (may be repeated; the "
                   "name may be left out of a model with one input)",
               .operand = "NAME=SHAPE"});
  command.add({.names = "--dim",
               .value = &options.dims,
               .description =
                   "Extent of a free dimension, by the model's name for it: "
                   "N=4 (may be repeated). Free dimensions that nothing sets "
                   "are 1",
               .operand = "NAME=EXTENT"});
  command.add({.names = "--input",
               .value = &options.inputs,
               .description =
                   "Contents of an input (may be repeated): x=@FILE.npy, .npz "
                   "or .pb; x=random[:SEED]; x=NUMBER for all elements. "
                   "@FILE.npz alone fills every input by its name. Default: "
                   "random, seed 0",
               .operand = "NAME=VALUE"});
}

Option path_option(const std::string &names, std::string &path,
                   const std::string &description, const std::string &operand) {
  return {.names = names,
          .value = &path,
          .description = description,
          .operand = operand,
          .check = [](const std::string &text) -> std::string {
            return text.empty() ? "the path is empty" : "";
          }};
}

void add_html(Command &command, std::string &path) {
  command.add(path_option("--html", path,
                          "Also write the report as a page for a browser: "
                          "drawings and tables in one file",
                          "FILE"));
}

void add_require_target(Command &command, bool &required) {
  command.add({.names = "--require-target",
               .value = &required,
               .description =
                   "Fail where the target does not run a kernel natively, or "
                   "the host would compute an operator, except for what is "
                   "its work by nature (docs/host_work.md)"});
}

void add_strict_names(Command &command, bool &strict) {
  command.add({.names = "--strict-names",
               .value = &strict,
               .description =
                   "Fail where dimensions of inputs with one name have several "
                   "extents (by default a warning; .onnx only)"});
}

void add_no_cache(Command &command, bool &no_cache) {
  command.add({.names = "--no-cache",
               .value = &no_cache,
               .description =
                   "Generate the code of all kernels anew, and keep none of it "
                   "(see `landfall cache`; .onnx only)"});
}

void add_precision(Command &command, std::string &precision) {
  command.add(
      {.names = "--precision",
       .value = &precision,
       .description =
           "bf16: round the factors of sums of products of f32 to bf16, "
           "weights when compiling; sums stay f32. Faster where the "
           "machine multiplies bf16, less exact everywhere (see "
           "docs/narrow_types.md). Default: f32 (.onnx only)",
       .operand = "TYPE",
       .words = {"f32", "bf16"}});
}

void add_dynamic(Command &command, std::vector<std::string> &dynamic) {
  auto names = std::make_shared<std::set<std::string>>();
  auto check = [names](const std::string &text) -> std::string {
    std::string name = text.substr(0, text.rfind('='));
    bool is_new = text.find('=') == text.npos || names->insert(name).second;
    return is_new ? "" : "two shapes for the input '" + name + "'";
  };
  command.add({.names = "--dynamic",
               .value = &dynamic,
               .description =
                   "Free extents that the model fixes: NAME=?x3x?x? (may be "
                   "repeated; the name may be left out of a model with one "
                   "input). With commas, names make extents equal: "
                   "ids=batch,seq (.onnx only)",
               .operand = "NAME=SHAPE",
               .check = check});
}

Json dynamic_json(const std::vector<std::string> &dynamic) {
  Json json = Json::object();
  for (const std::string &text : dynamic) {
    size_t end = text.rfind('=');
    if (end == text.npos)
      json[""] = text;
    else
      json[text.substr(0, end)] = text.substr(end + 1);
  }
  return json;
}

void add_model_options(Command &command, ModelOptions &options) {
  command.add({.names = "model",
               .value = &options.path,
               .description = "The model: .onnx or .lfm",
               .operand = "FILE",
               .is_required = true});
  command.add(
      {.names = "--device,--target",
       .value = &options.device,
       .description =
           "Device, one of `landfall devices` (null is the interpreter, "
           "slow and exact), or DRIVER:FILE with a description of one. "
           "Default: what an .lfm was compiled for, else cpu",
       .operand = "DEVICE"});
  command.add(
      {.names = "--threads",
       .value = &options.threads,
       .description = "Threads; 0 (the default): all that the machine has",
       .operand = "N"});
  command.add(
      {.names = "--own-process",
       .value = &options.own_process,
       .description = "Run a simulated device in a process of its own"});
  command.add({.names = "--timeout",
               .value = &options.timeout_seconds,
               .description =
                   "Seconds that a device may show no sign of life, and that "
                   "a kernel may take by a simulated chip's clock. Default: 60",
               .operand = "N",
               .range = {{1, 1000000}}});
  add_require_target(command, options.require_target);
  add_strict_names(command, options.strict_names);
  add_no_cache(command, options.no_cache);
  add_precision(command, options.precision);
  add_dynamic(command, options.dynamic);
  command.add({.names = "--entry",
               .value = &options.entry,
               .description = "Entry point. Default: main",
               .operand = "NAME"});
  command.add_json(options.json);
}

bool is_package(const std::string &path) {
  if (path.ends_with(".lfm"))
    return true;
  // Whoever opens the file says why it cannot be read.
  auto start = read_beginning(path, 8);
  return start && lf_package_recognize(start->data(), start->size());
}

Result<CompiledModel> compile_model(const ModelOptions &options) {
  std::vector<CompileStep> steps;
  bool is_compiled = is_package(options.path);
  if (is_compiled && !options.dynamic.empty())
    return Error{ErrorCode::invalid_argument,
                 "--dynamic is for models that are compiled, and " +
                     options.path + " is a package"};
  if (is_compiled && options.precision != "f32")
    return Error{ErrorCode::invalid_argument,
                 "--precision is for models that are compiled, and " +
                     options.path + " is a package"};
  lf::Package package =
      is_compiled
          ? TRY(attempt([&] { return lf::Package::open(options.path); }))
          : TRY(compile_here(options, steps));
  lf::Entry entry = TRY(find_entry(package, options.entry));
  return CompiledModel{std::move(package), entry, std::move(steps), {}};
}

Status describe_device(CompiledModel &compiled, std::string name) {
  if (name.empty())
    name = parse_json(TRY(attempt(
        [&] { return compiled.package.describe("summary"); })))["target"]
               .get<std::string>();
  compiled.device =
      parse_json(TRY(attempt([&] { return lf::describe_device(name); })));
  return {};
}

Result<OpenedModel> load_model(CompiledModel compiled,
                               const ModelOptions &options) {
  lf::Model model = TRY(attempt([&] {
    return lf::Model(compiled.package, options.device, load_options(options));
  }));
  lf::Session session = TRY(attempt([&] { return model.session(); }));
  compiled.device =
      parse_json(TRY(attempt([&] { return model.describe_device(); })));
  return OpenedModel{std::move(compiled), std::move(model), std::move(session)};
}

Result<OpenedModel> open_model(const ModelOptions &options) {
  return load_model(TRY(compile_model(options)), options);
}

std::vector<std::string> files_read(const std::string &model,
                                    const std::string &device,
                                    const lf::Package *package) {
  std::vector<std::string> files = {model};
  if (size_t colon = device.find(':'); colon != device.npos)
    files.push_back(device.substr(colon + 1));
  if (package)
    for (std::string &source : package->sources())
      files.push_back(std::move(source));
  return files;
}

Error run_error(Error error, const PreparedInputs &inputs) {
  if (!inputs.assumed.empty())
    error.message += " (" + assumption_text(inputs) + ")";
  return error;
}

Result<std::vector<lf::Value>> run_once(OpenedModel &opened,
                                        const PreparedInputs &inputs,
                                        const lf::RunOptions &options) {
  auto outputs = attempt([&] {
    return opened.session.run(pointers(inputs), &options,
                              opened.entry.outputs().size());
  });
  if (!outputs)
    return run_error(outputs.take_error(), inputs);
  return outputs;
}

Json parse_json(const std::string &text) {
  return Json::parse(text, nullptr, false);
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
    if (const auto &tensor = inputs.tensors[i]) {
      json["dtype"] = name(tensor->dtype);
      json["shape"] = tensor->dims;
    }
    list.push_back(json);
  }
  return list;
}

} // namespace landfall::cli
