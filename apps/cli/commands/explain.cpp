//===- explain.cpp - landfall explain -------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/launch_profile.h"
#include "apps/cli/report/progress.h"
#include "apps/cli/report/table.h"
#include "apps/cli/report/units.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace landfall::cli {

namespace {

constexpr const char *footer = R"(Examples:
  landfall explain model.onnx
  landfall explain model.onnx --shape image=1x3x720x1280 --threads 1
  landfall explain model.lfm --no-run         structure only, nothing is run
  landfall explain model.onnx --json | jq '.kernels[] | select(.ms > 1)'

Kernels stand in the order of their time. "a+b" are model nodes that one launch
computes at once; launches of equal structure share a kernel, "a+b, c+d". Steps
on the host are operators on sequences, optionals, maps and text.)";

struct ExplainCommand {
  ModelOptions model;
  int repeat = 5;
  bool no_run = false;
  bool all = false;
};

std::string_view class_name(KernelClass kind) {
  static constexpr std::string_view names[] = {"map", "contraction", "loops"};
  return names[static_cast<size_t>(kind)];
}

/// The model nodes that each launch of a kernel computes at once, each group
/// as "a+b", in the order of the program.
std::vector<std::vector<std::string>> fused_groups(const Package &package) {
  const Program &program = package.program;
  std::vector<std::vector<std::string>> groups(package.kernels.size());
  for (size_t i = 0; i < program.code.size(); ++i) {
    if (program.code[i].op != Op::launch)
      continue;
    auto &group = groups[program.code[i].args[0]];
    std::string origin = origin_of(program, uint32_t(i));
    if (std::ranges::find(group, origin) == group.end())
      group.push_back(origin);
  }
  return groups;
}

/// At most `limit` of them.
std::string joined(const std::vector<std::string> &texts, size_t limit) {
  std::string result;
  for (size_t i = 0; i < std::min(limit, texts.size()); ++i)
    result += (i == 0 ? "" : ", ") + (texts[i].empty() ? "(none)" : texts[i]);
  if (texts.size() > limit)
    result += fmt::format(" and {} more", texts.size() - limit);
  return result;
}

/// What is known of a model before and after it ran.
struct Explanation {
  const OpenedModel *opened;
  const PreparedInputs *inputs;
  std::optional<LaunchProfile> profile;
  std::vector<std::vector<std::string>> groups; ///< See fused_groups.
  bool all = false;                             ///< Print every row.

  const Package &package() const { return *opened->package; }
  LaunchTime time_of(uint32_t kernel) const {
    if (!profile || !profile->by_kernel.contains(kernel))
      return {};
    return profile->by_kernel.at(kernel);
  }
  double percent(double ms) const {
    bool has_time = profile && profile->total_ms > 0;
    return has_time ? ms / profile->total_ms * 100 : 0;
  }
};

/// Kernel numbers, the slowest first.
std::vector<uint32_t> by_time(const Explanation &about) {
  std::vector<uint32_t> order(about.package().kernels.size());
  for (uint32_t k = 0; k < order.size(); ++k)
    order[k] = k;
  std::ranges::stable_sort(order, [&](uint32_t a, uint32_t b) {
    return about.time_of(a).ms > about.time_of(b).ms;
  });
  return order;
}

std::vector<std::pair<std::string, LaunchTime>>
origins_by_time(const LaunchProfile &profile) {
  std::vector<std::pair<std::string, LaunchTime>> list(
      profile.by_origin.begin(), profile.by_origin.end());
  std::ranges::stable_sort(list, [](const auto &a, const auto &b) {
    return a.second.ms > b.second.ms;
  });
  return list;
}

struct HostStep {
  std::string function;
  std::string origin;
};

std::vector<HostStep> host_steps(const Program &program) {
  std::vector<HostStep> steps;
  for (size_t i = 0; i < program.code.size(); ++i) {
    const Instruction &instruction = program.code[i];
    if (instruction.op != Op::box || instruction.args.empty())
      continue;
    auto function = static_cast<BoxFunction>(instruction.args[0]);
    steps.push_back(
        {std::string(name(function)), origin_of(program, uint32_t(i))});
  }
  return steps;
}

size_t launches_in(const Package &package) {
  return size_t(
      std::ranges::count_if(package.program.code, [](const Instruction &i) {
        return i.op == Op::launch;
      }));
}

size_t nodes_in(const Package &package) {
  std::set<std::string> nodes;
  for (const Kernel &kernel : package.kernels)
    nodes.insert(kernel.origins.begin(), kernel.origins.end());
  return nodes.size();
}

size_t weight_bytes(const Package &package) {
  size_t bytes = 0;
  for (const Weight &weight : package.weights)
    bytes += weight.bytes.data.size();
  return bytes;
}

void print_head(const Explanation &about) {
  const Package &package = about.package();
  std::string code;
  for (const CodeSection &section : package.code)
    code += fmt::format("{}{} {}", code.empty() ? "" : ", ", section.variant,
                        bytes_text(section.bytes.data.size()));
  DeviceDescription device = about.opened->model->device().describe();
  fmt::print("device    {} ({}), {} threads; every kernel runs there\n",
             device.name, device.hardware, device.threads);
  fmt::print("kernels   {} model nodes in {} launches of {} kernels\n",
             nodes_in(package), launches_in(package), package.kernels.size());
  fmt::print("program   {} instructions, {}\n", package.program.code.size(),
             bytes_text(serialize(package.program).size()));
  fmt::print("weights   {}, {}\n", package.weights.size(),
             bytes_text(weight_bytes(package)));
  if (!code.empty())
    fmt::print("code      {}\n", code);
  if (!about.opened->steps.empty())
    fmt::print("compiled  in {}\n",
               time_text(compile_json(about.opened->steps)["total_ms"]));
  if (!about.profile)
    return;
  const RunStatistics &run = about.profile->statistics;
  fmt::print("run       {}, {} launches, {} arena\n", time_text(run.total_ms),
             run.launches, bytes_text(run.arena_bytes));
  for (const InputNote &note : about.inputs->notes)
    fmt::print("input     {}: {}, {}\n", note.name, note.type, note.source);
  if (!about.inputs->assumed.empty())
    fmt::print("          {}\n", assumption_text(*about.inputs));
}

void print_kernels(const Explanation &about) {
  using Align = Table::Align;
  Table table({{"time", Align::right},
               {"%", Align::right},
               {"launches", Align::right},
               {"#", Align::right},
               {"kernel"},
               {"class"},
               {"model nodes"}});
  for (uint32_t number : by_time(about)) {
    const Kernel &kernel = about.package().kernels[number];
    LaunchTime time = about.time_of(number);
    bool ran = time.launches > 0;
    table.add({ran ? time_text(time.ms) : "-",
               ran ? fmt::format("{:.1f}", about.percent(time.ms)) : "-",
               ran ? fmt::format("{:g}", time.launches) : "-",
               std::to_string(number), kernel.name,
               std::string(class_name(kernel.kind)),
               joined(about.groups[number], about.all ? SIZE_MAX : 4)});
  }
  fmt::print("\n{}", table.text(""));
}

void print_origins(const LaunchProfile &profile, const Explanation &about) {
  using Align = Table::Align;
  Table table({{"time", Align::right}, {"%", Align::right}, {"model nodes"}});
  auto list = origins_by_time(profile);
  size_t rows = about.all ? list.size() : std::min<size_t>(list.size(), 20);
  for (const auto &[origin, time] : std::span(list).first(rows))
    table.add({time_text(time.ms),
               fmt::format("{:.1f}", about.percent(time.ms)),
               origin.empty() ? "(none)" : origin});
  fmt::print("\n{}", table.text(""));
  if (rows < list.size())
    fmt::print("and {} more; --all shows them\n", list.size() - rows);
}

void print_text(const Explanation &about) {
  print_head(about);
  print_kernels(about);
  if (about.profile)
    print_origins(*about.profile, about);
  std::vector<HostStep> steps = host_steps(about.package().program);
  if (steps.empty())
    return;
  Table table({{"step on the host"}, {"nodes"}});
  for (const HostStep &step : steps)
    table.add({step.function, step.origin});
  fmt::print("\n{}", table.text(""));
}

Json kernels_json(const Explanation &about) {
  Json list = Json::array();
  for (uint32_t number : by_time(about)) {
    const Kernel &kernel = about.package().kernels[number];
    Json json = {{"number", number},
                 {"name", kernel.name},
                 {"class", class_name(kernel.kind)},
                 {"nodes", about.groups[number]},
                 {"device", about.opened->model->device().describe().name}};
    if (about.profile) {
      json["launches"] = about.time_of(number).launches;
      json["ms"] = about.time_of(number).ms;
    }
    list.push_back(json);
  }
  return list;
}

void print_report(const Explanation &about) {
  const Package &package = about.package();
  Json json;
  json["device"] = about.opened->model->device().describe().name;
  json["target"] = package.target;
  json["instructions"] = package.program.code.size();
  json["program_bytes"] = serialize(package.program).size();
  json["weight_bytes"] = weight_bytes(package);
  if (!about.opened->steps.empty())
    json["compile"] = compile_json(about.opened->steps);
  json["kernels"] = kernels_json(about);
  json["host_steps"] = Json::array();
  for (const HostStep &step : host_steps(package.program))
    json["host_steps"].push_back(
        {{"function", step.function}, {"nodes", step.origin}});
  if (about.profile) {
    json["inputs"] = inputs_json(*about.inputs);
    json["assumed_1"] = about.inputs->assumed;
    json["ms"] = about.profile->statistics.total_ms;
    json["launches"] = about.profile->statistics.launches;
    json["arena_bytes"] = about.profile->statistics.arena_bytes;
    json["nodes"] = Json::array();
    for (const auto &[origin, time] : origins_by_time(*about.profile))
      json["nodes"].push_back(
          {{"nodes", origin}, {"ms", time.ms}, {"launches", time.launches}});
  }
  print_json(json);
}

/// The structure is printed even if the run fails.
Status explain(const ExplainCommand &command) {
  InputRequest request = TRY(parse_input_options(command.model.inputs));
  OpenedModel opened = TRY(open_model(command.model));
  PreparedInputs inputs;
  Explanation about{&opened, &inputs, std::nullopt,
                    fused_groups(*opened.package), command.all};
  auto attempt = [&]() -> Status {
    inputs = TRY(prepare_inputs(*opened.entry, request));
    Progress progress;
    progress.show("running " + command.model.path);
    about.profile =
        TRY(profile(opened, inputs, command.model.entry, command.repeat));
    return {};
  };
  Status status;
  if (!command.no_run)
    status = attempt();
  if (command.model.json)
    print_report(about);
  else
    print_text(about);
  return status;
}

} // namespace

void add_explain(CLI::App &app, Action &action) {
  auto command = std::make_shared<ExplainCommand>();
  CLI::App *sub = app.add_subcommand(
      "explain", "Show a model's kernels, what was fused, and their time");
  sub->footer(footer);
  add_model_options(*sub, command->model);
  add_input_options(*sub, command->model.inputs);
  sub->add_option("--repeat", command->repeat,
                  "Runs that are profiled. Default: 5")
      ->check(CLI::Range(1, 1000000))
      ->type_name("N");
  sub->add_flag("--no-run", command->no_run, "Structure only, no times");
  sub->callback(
      [command, &action] { action = [command] { return explain(*command); }; });
}

} // namespace landfall::cli
