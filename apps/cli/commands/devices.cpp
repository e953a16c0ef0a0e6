//===- devices.cpp - landfall devices -------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/commands.h"
#include "apps/cli/report/attempt.h"
#include "apps/cli/report/json.h"
#include "apps/cli/report/table.h"
#include "apps/cli/report/units.h"

#include <fmt/format.h>

namespace landfall::cli {

namespace {

/// A device that is missing is no error: its row says why.
void list_device(const std::string &name, Json &list, Table &table) {
  auto described = attempt([&] { return lf::describe_device(name); });
  if (!described) {
    const std::string &reason = described.error().message;
    list.push_back({{"name", name}, {"available", false}, {"reason", reason}});
    table.add({name, "", "not here: " + reason});
    return;
  }
  Json about = Json::parse(*described);
  std::string hardware = about["hardware"];
  if (uint64_t bytes = about["memory_bytes"])
    hardware += ", " + bytes_text(bytes);
  table.add({name, about["threads"].dump(), hardware});
  for (const std::string line : about["details"])
    table.add({"", "", "  " + line});
  Json row = {{"name", name}, {"available", true}};
  row.update(about);
  list.push_back(std::move(row));
}

Status list_devices(bool as_json) {
  Json list = Json::array();
  Table table({{"device"}, {"threads", Table::Align::right}, {"hardware"}});
  for (const std::string &name : lf::devices())
    list_device(name, list, table);
  if (as_json)
    print_json(list);
  else
    fmt::print("{}", table.text(""));
  return {};
}

} // namespace

Command devices_command() {
  auto as_json = std::make_shared<bool>(false);
  Command made{"devices", "List what this machine can run on"};
  made.add_json(*as_json);
  made.run = [as_json](bool &) { return list_devices(*as_json); };
  return made;
}

} // namespace landfall::cli
