//===- query.cpp - landfall query -----------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/commands.h"
#include "apps/cli/report/attempt.h"
#include "apps/cli/report/json.h"
#include "apps/cli/report/table.h"

#include <fmt/format.h>
#include <map>

namespace landfall::cli {

namespace {

constexpr const char *footer = R"(Examples:
  landfall query model.onnx                   refused nodes, and the host's
  landfall query model.onnx --device reef1
  landfall query model.onnx --all --json      every node, for a program

A node runs on the "device" or the "host", falls back ("fallback") if the target
does not run it natively, is done by the "compiler", or "nowhere" since no
output depends on it; it is "refused" if it cannot be compiled, "unknown" if a
refused one feeds it and the model does not declare the type in between. The exit code is 3 if a node is refused.)";

struct QueryCommand {
  std::string path, device = "cpu";
  bool all = false, json = false;
};

/// Nodes that do as anyone expects are left out, unless all are wanted.
bool is_listed(const Json &node, bool all) {
  std::string where = node["where"];
  return all ||
         (where != "device" && where != "compiler" && where != "nowhere");
}

std::string name_of(const Json &node) {
  std::string name = node["name"];
  if (name.empty() && !node["outputs"].empty())
    name = "giving " + node["outputs"][0].get<std::string>();
  return name;
}

void print_text(const Json &nodes, bool all) {
  std::map<std::string, int> counts;
  Table table({{"node"}, {"operator"}, {"where"}, {"why"}});
  bool is_any_listed = false;
  for (const Json &node : nodes) {
    ++counts[node["where"]];
    if (!is_listed(node, all))
      continue;
    is_any_listed = true;
    table.add({name_of(node), node["operator"], node["where"], node["reason"]});
  }
  std::string summary;
  for (const auto &[where, count] : counts)
    summary +=
        fmt::format("{}{} {}", summary.empty() ? "" : ", ", count, where);
  fmt::print("{} nodes: {}\n", nodes.size(), summary);
  if (is_any_listed)
    fmt::print("\n{}", table.text(""));
}

Status query(const QueryCommand &command, bool &error_is_reported) {
  Json options = {{"device", command.device}};
  std::string text =
      TRY(attempt([&] { return lf::query(command.path, options.dump()); }));
  Json report = Json::parse(text);
  int refused = 0;
  for (const Json &node : report["nodes"])
    refused += node["where"] == "refused";
  if (command.json)
    print_json(report);
  else
    print_text(report["nodes"], command.all);
  if (refused == 0)
    return {};
  error_is_reported = true;
  return Error{ErrorCode::unsupported,
               fmt::format("{} of {} nodes cannot be compiled for '{}'",
                           refused, report["nodes"].size(), command.device)}
      .in_file(command.path);
}

} // namespace

Command query_command() {
  auto command = std::make_shared<QueryCommand>();
  Command made{"query", "Say which nodes of a model would run where, and why",
               footer};
  made.add({.names = "model",
            .value = &command->path,
            .description = "An .onnx file",
            .operand = "FILE",
            .is_required = true});
  made.add({.names = "--device",
            .value = &command->device,
            .description = "Where to run. Default: cpu",
            .operand = "DEVICE"});
  made.add({.names = "--all",
            .value = &command->all,
            .description = "List all nodes"});
  made.add({.names = "--json",
            .value = &command->json,
            .description = "Report all nodes as JSON"});
  made.run = [command](bool &error_is_reported) {
    return query(*command, error_is_reported);
  };
  return made;
}

} // namespace landfall::cli
