//===- explain.cpp - landfall explain -------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/engine_report.h"
#include "apps/cli/commands/explanation.h"
#include "apps/cli/commands/kernel_code.h"
#include "apps/cli/commands/placement_report.h"
#include "apps/cli/commands/roofline_report.h"
#include "apps/cli/report/attempt.h"
#include "apps/cli/report/html.h"
#include "apps/cli/report/progress.h"
#include "apps/cli/report/table.h"
#include "apps/cli/report/units.h"
#include "base/file.h"

#include <algorithm>
#include <fmt/format.h>

namespace landfall::cli {

namespace {

constexpr const char *footer = R"(Examples:
  landfall explain model.onnx
  landfall explain model.onnx --shape image=1x3x720x1280 --threads 1
  landfall explain model.lfm --no-run         structure only, nothing is run
  landfall explain model.onnx --html report.html   for a browser, with code
  landfall explain model.onnx --json | jq '.kernels[] | select(.ms > 1)'

Kernels stand in the order of their time. "a+b" are model nodes that one launch
computes at once; launches of equal structure share a kernel, "a+b, c+d". Steps
on the host are operators on sequences, optionals, maps and text. On the CPU,
"of roofline" is the least time for a kernel's multiply-adds and bytes at the
rates that the machine reaches (the line "machine"), by the time taken.)";

struct ExplainCommand {
  ModelOptions model;
  int repeat = 5;
  bool no_run = false;
  bool all = false;
  std::string html;
};

/// At most `limit` of them.
std::string joined(const std::vector<std::string> &texts, size_t limit) {
  std::string result;
  for (size_t i = 0; i < std::min(limit, texts.size()); ++i)
    result += (i == 0 ? "" : ", ") + (texts[i].empty() ? "(none)" : texts[i]);
  if (texts.size() > limit)
    result += fmt::format(" and {} more", texts.size() - limit);
  return result;
}

/// Whether a kernel multiplies narrow types that the device has, as far as is
/// known: a run says whether it used the engine that does.
bool multiplies_as_they_are(const Explanation &about, uint32_t number) {
  LaunchTime time = about.time_of(number);
  return about.kernels()[number]["class"] == "contraction" &&
         (!time.counters || time.counters->multiply_adds > 0);
}

/// "float16 is computed as float32, as reef1 has no multiply-adds of it": the
/// reason where the device says what it has. Sums of products are wider than
/// what is multiplied on a device that has them.
std::vector<std::string> type_notes(const Explanation &about) {
  const Json &peaks = about.compiled->device["peaks"];
  std::map<std::string, std::string> types;
  for (uint32_t k = 0; k < about.kernels().size(); ++k)
    for (const auto &[narrow, wide] : about.kernels()[k]["computed_as"].items())
      if (!peaks.contains(narrow) || !multiplies_as_they_are(about, k))
        types[narrow] = wide.get<std::string>();
  std::vector<std::string> notes;
  for (const auto &[narrow, wide] : types) {
    std::string reason = peaks.contains(narrow) || peaks.empty()
                             ? ""
                             : fmt::format(", as {} has no multiply-adds of it",
                                           about.compiled->device_name());
    notes.push_back(
        fmt::format("{} is computed as {}{}", narrow, wide, reason));
  }
  return notes;
}

const LaunchProfile *profile_of(const Explanation &about) {
  return about.profile ? &*about.profile : nullptr;
}

void print_head(const Explanation &about) {
  const Json &package = about.package, &device = about.compiled->device;
  std::string code;
  for (const Json &section : package["variants"])
    code += fmt::format("{}{} {}", code.empty() ? "" : ", ",
                        section["variant"].get<std::string>(),
                        bytes_text(section["bytes"]));
  fmt::print(
      "device    {} ({}), {} threads; {}\n", about.compiled->device_name(),
      device["hardware"].get<std::string>(), device["threads"].get<int>(),
      placement_text(package, profile_of(about)));
  fmt::print("{}", fallback_text(package, profile_of(about)));
  fmt::print("kernels   {} model nodes in {} launches of {} kernels\n",
             package["model_nodes"].get<size_t>(),
             package["launches"].get<size_t>(), about.kernels().size());
  fmt::print("program   {} instructions, {}\n",
             package["instructions"].get<size_t>(),
             bytes_text(package["program_bytes"]));
  fmt::print("weights   {}, {}\n", package["weights"].get<size_t>(),
             bytes_text(package["weight_bytes"]));
  if (package["precision"] != "f32")
    fmt::print("precision factors of sums are rounded to {}\n",
               package["precision"].get<std::string>());
  if (!code.empty())
    fmt::print("code      {}\n", code);
  for (const std::string &note : type_notes(about))
    fmt::print("types     {}\n", note);
  if (!about.compiled->steps.empty())
    fmt::print("compiled  in {}\n",
               time_text(compile_json(about.compiled->steps)["total_ms"]));
  if (!about.profile)
    return;
  const lf_statistics &run = about.profile->statistics;
  fmt::print("run       {}, {} launches, {} arena\n", time_text(run.total_ms),
             run.launches, bytes_text(run.arena_bytes));
  if (has_counters(*about.profile))
    fmt::print("counted   {}\n", engine_summary(*about.profile));
  if (about.machine)
    fmt::print("machine   {}; the run reaches {:.0f}% of its roofline\n",
               machine_text(*about.machine),
               of_roofline(about.profile->total, *about.machine) * 100);
  for (const InputNote &note : about.inputs->notes)
    fmt::print("input     {}: {}, {}\n", note.name, note.type, note.source);
  if (!about.inputs->assumed.empty())
    fmt::print("          {}\n", assumption_text(*about.inputs));
}

void print_kernels(const Explanation &about, bool all) {
  using Align = Table::Align;
  std::vector<Table::Column> columns = {
      {"time", Align::right}, {"%", Align::right}, {"launches", Align::right}};
  if (about.machine)
    std::ranges::copy(roofline_columns(), std::back_inserter(columns));
  columns.insert(columns.end(),
                 {{"#", Align::right}, {"kernel"}, {"class"}, {"model nodes"}});
  Table table(columns);
  for (uint32_t number : by_time(about)) {
    const Json &kernel = about.kernels()[number];
    LaunchTime time = about.time_of(number);
    bool ran = time.launches > 0;
    std::vector<std::string> cells = {
        ran ? time_text(time.ms) : "-",
        ran ? fmt::format("{:.1f}", about.percent(time.ms)) : "-",
        ran ? fmt::format("{:g}", time.launches) : "-"};
    if (about.machine)
      std::ranges::copy(roofline_cells(time, *about.machine),
                        std::back_inserter(cells));
    cells.insert(cells.end(),
                 {std::to_string(number), kernel["name"], kernel["class"],
                  joined(kernel["nodes"], all ? SIZE_MAX : 4)});
    table.add(cells);
  }
  fmt::print("\n{}", table.text(""));
}

/// "loops (contraction: because ...; ...)".
std::string making_text(const Json &making) {
  std::string text = making["generator"], reasons;
  for (const Json &refusal : making["refusals"])
    reasons += fmt::format("{}{}: because {}", reasons.empty() ? "" : "; ",
                           refusal["who"].get<std::string>(),
                           refusal["reason"].get<std::string>());
  return reasons.empty() ? text : fmt::format("{} ({})", text, reasons);
}

/// What made the code of each kernel, and why nothing better did.
void print_generators(const Explanation &about) {
  Table table({{"#", Table::Align::right},
               {"kernel"},
               {"generator (others: why not)"}});
  bool any = false;
  for (uint32_t number : by_time(about)) {
    const Json &kernel = about.kernels()[number];
    for (const Json &making : kernel["generation"]) {
      std::string text = making_text(making);
      if (kernel["generation"].size() > 1)
        text = fmt::format(
            "{}: {}",
            joined(making["variants"].get<std::vector<std::string>>(),
                   SIZE_MAX),
            text);
      table.add(
          {std::to_string(number), kernel["name"].get<std::string>(), text});
      any = true;
    }
  }
  if (any)
    fmt::print("\n{}", table.text(""));
}

void print_origins(const Explanation &about, bool all) {
  using Align = Table::Align;
  Table table({{"time", Align::right}, {"%", Align::right}, {"model nodes"}});
  auto list = origins_by_time(*about.profile);
  size_t rows = all ? list.size() : std::min<size_t>(list.size(), 20);
  for (const auto &[origin, time] : std::span(list).first(rows))
    table.add({time_text(time.ms),
               fmt::format("{:.1f}", about.percent(time.ms)),
               origin.empty() ? "(none)" : origin});
  fmt::print("\n{}", table.text(""));
  if (rows < list.size())
    fmt::print("and {} more; --all shows them\n", list.size() - rows);
}

/// What the engines did, by kernel and by node; "a+b": busy a % of the time,
/// stalled b %.
void print_engines(const Explanation &about, bool all) {
  int runs = about.profile->runs;
  auto table_of = [&](const char *title) {
    std::vector<Table::Column> columns =
        engine_columns(*about.profile->total.counters);
    columns.push_back({title});
    return Table(columns);
  };
  auto add = [&](Table &table, const LaunchTime &time, std::string name) {
    if (!time.counters)
      return;
    std::vector<std::string> cells = engine_cells(time, runs);
    cells.push_back(std::move(name));
    table.add(cells);
  };
  Table kernels = table_of("kernel: engines busy+stalled in %");
  for (uint32_t number : by_time(about))
    add(kernels, about.time_of(number), about.kernels()[number]["name"]);
  Table nodes = table_of("model nodes");
  auto list = origins_by_time(*about.profile);
  for (const auto &[origin, time] : std::span(list).first(
           all ? list.size() : std::min(list.size(), size_t(20))))
    add(nodes, time, origin.empty() ? "(none)" : origin);
  fmt::print("\n{}\n{}", kernels.text(""), nodes.text(""));
}

void print_text(const Explanation &about, bool all) {
  print_head(about);
  print_kernels(about, all);
  print_generators(about);
  if (about.profile)
    print_origins(about, all);
  if (about.profile && has_counters(*about.profile))
    print_engines(about, all);
  const Json &steps = about.package["host_steps"];
  if (steps.empty())
    return;
  Table table({{"step on the host"}, {"nodes"}});
  for (const Json &step : steps)
    table.add({step["function"], step["nodes"]});
  fmt::print("\n{}", table.text(""));
}

Json kernels_json(const Explanation &about) {
  Json list = Json::array();
  for (uint32_t number : by_time(about)) {
    Json json = about.kernels()[number];
    json["device"] = about.compiled->device_name();
    if (about.profile) {
      json["launches"] = about.time_of(number).launches;
      json["ms"] = about.time_of(number).ms;
      add_engines(json, about.time_of(number), about.profile->runs);
      if (about.machine)
        add_roofline(json, about.time_of(number), *about.machine);
    }
    list.push_back(json);
  }
  return list;
}

/// `status` is that of the run.
Json report_json(const Explanation &about, const Status &status) {
  Json json;
  json["device"] = about.compiled->device_name();
  for (const char *key :
       {"target", "precision", "instructions", "program_bytes", "weight_bytes"})
    json[key] = about.package[key];
  if (!about.compiled->steps.empty())
    json["compile"] = compile_json(about.compiled->steps);
  json["kernels"] = kernels_json(about);
  json["placement"] = placement_json(about.package, profile_of(about));
  json["host_steps"] = about.package["host_steps"];
  if (about.profile) {
    json["inputs"] = inputs_json(*about.inputs);
    json["assumed_1"] = about.inputs->assumed;
    json["ms"] = about.profile->statistics.total_ms;
    json["launches"] = about.profile->statistics.launches;
    json["arena_bytes"] = about.profile->statistics.arena_bytes;
    add_engines(json, about.profile->total, about.profile->runs);
    if (about.machine) {
      json["machine"] = machine_json(*about.machine);
      add_roofline(json, about.profile->total, *about.machine);
    }
    json["nodes"] = Json::array();
    for (const auto &[origin, time] : origins_by_time(*about.profile)) {
      Json row = {
          {"nodes", origin}, {"ms", time.ms}, {"launches", time.launches}};
      add_engines(row, time, about.profile->runs);
      if (about.machine)
        add_roofline(row, time, *about.machine);
      json["nodes"].push_back(row);
    }
  }
  if (!status)
    json["error"] = error_json(status.error());
  return json;
}

/// Whether what is asked for needs no device that can load the package. That
/// it runs there is checked where it is loaded.
bool needs_no_load(const ExplainCommand &command, const Json &package,
                   const Json &device) {
  return command.no_run && !command.model.require_target &&
         package["target"] == device["target"];
}

/// The structure is printed even if the run fails.
Status explain(const ExplainCommand &command, bool &error_is_reported) {
  InputRequest request = TRY(parse_input_options(command.model.inputs));
  ModelOptions options = command.model;
  DumpFolder dumped;
  if (!command.html.empty()) {
    TRY(check_not_read(command.html, files_read(options.path, options.device)));
    options.dump_directory = dumped.path();
  }
  CompiledModel compiled = TRY(compile_model(options));
  Json package = parse_json(
      TRY(attempt([&] { return compiled.package.describe("summary"); })));
  if (command.no_run)
    TRY(describe_device(compiled, options.device));
  std::optional<OpenedModel> loaded;
  CompiledModel *shown = &compiled;
  if (!needs_no_load(command, package, compiled.device))
    shown = &loaded.emplace(TRY(load_model(std::move(compiled), options)));
  PreparedInputs inputs;
  Explanation about{shown, &inputs, std::nullopt, std::move(package)};
  auto attempt = [&]() -> Status {
    inputs = TRY(prepare_inputs(loaded->entry, request));
    Progress progress;
    progress.show("running " + command.model.path);
    about.profile =
        TRY(profile(*loaded, inputs, command.model.entry, command.repeat));
    if (loaded->device["target"] == "cpu")
      about.machine = measure_rates(loaded->device["threads"]);
    return {};
  };
  Status status;
  if (!command.no_run)
    status = attempt();
  if (!command.html.empty()) {
    Json report = report_json(about, status);
    report["instructions"] = dumped.instructions();
    TRY(write_html(command.html, "explain", options.path, std::move(report)));
  }
  if (command.model.json)
    print_json(report_json(about, status));
  else
    print_text(about, command.all);
  error_is_reported = command.model.json;
  return status;
}

} // namespace

Command explain_command() {
  auto command = std::make_shared<ExplainCommand>();
  Command made{"explain",
               "Show a model's kernels, what was fused, and their time",
               footer};
  add_model_options(made, command->model);
  add_input_options(made, command->model.inputs);
  made.add({.names = "--repeat",
            .value = &command->repeat,
            .description = "Runs that are profiled. Default: 5",
            .operand = "N",
            .range = {{1, 1000000}}});
  made.add({.names = "--no-run",
            .value = &command->no_run,
            .description = "Structure only, no times"});
  add_html(made, command->html);
  made.add({.names = "--all",
            .value = &command->all,
            .description = "Every row, and every node in it"});
  made.run = [command](bool &error_is_reported) {
    return explain(*command, error_is_reported);
  };
  return made;
}

} // namespace landfall::cli
