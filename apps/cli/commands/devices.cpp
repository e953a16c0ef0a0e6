//===- devices.cpp - landfall devices -------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/commands.h"
#include "apps/cli/report/json.h"
#include "apps/cli/report/table.h"
#include "apps/cli/report/units.h"
#include "runtime/device.h"

#include <fmt/format.h>

namespace landfall::cli {

namespace {

/// A device that is missing is no error: its row says why.
void list_device(const runtime::Driver &driver, const std::string &name,
                 Json &list, Table &table) {
  auto device = driver.create(name, {});
  if (!device) {
    list.push_back({{"name", name},
                    {"available", false},
                    {"reason", device.error().message}});
    table.add({name, "", "not here: " + device.error().message});
    return;
  }
  runtime::DeviceDescription about = (*device)->describe();
  std::string hardware = about.hardware;
  if (about.memory_bytes)
    hardware += ", " + bytes_text(about.memory_bytes);
  list.push_back({{"name", name},
                  {"available", true},
                  {"simulated", driver.simulated},
                  {"hardware", about.hardware},
                  {"threads", about.threads},
                  {"memory_bytes", about.memory_bytes},
                  {"details", about.details}});
  table.add({name, std::to_string(about.threads), hardware});
  for (const std::string &line : about.details)
    table.add({"", "", "  " + line});
}

Status list_devices(bool as_json) {
  Json list = Json::array();
  Table table({{"device"}, {"threads", Table::Align::right}, {"hardware"}});
  for (const runtime::Driver &driver : runtime::drivers())
    for (const std::string &name : driver.devices())
      list_device(driver, name, list, table);
  if (as_json)
    print_json(list);
  else
    fmt::print("{}", table.text(""));
  return {};
}

} // namespace

void add_devices(CLI::App &app, Action &action) {
  auto as_json = std::make_shared<bool>(false);
  CLI::App *sub =
      app.add_subcommand("devices", "List what this machine can run on");
  sub->add_flag("--json", *as_json, "Report as JSON");
  sub->callback([as_json, &action] {
    action = [as_json] { return list_devices(*as_json); };
  });
}

} // namespace landfall::cli
