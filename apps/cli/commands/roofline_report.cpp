//===- roofline_report.cpp - How near kernels come to the machine ---------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/roofline_report.h"
#include "apps/cli/report/units.h"

#include <fmt/format.h>

namespace landfall::cli {

double of_roofline(const LaunchTime &time, const MachineRates &machine) {
  if (time.ms <= 0 || time.launches <= 0)
    return 0;
  return least_ms(machine, time.multiply_adds, time.bytes,
                  time.bytes / time.launches) /
         time.ms;
}

std::vector<Table::Column> roofline_columns() {
  using Align = Table::Align;
  return {{"GFLOP/s", Align::right},
          {"GB/s", Align::right},
          {"of roofline", Align::right}};
}

std::vector<std::string> roofline_cells(const LaunchTime &time,
                                        const MachineRates &machine) {
  if (time.ms <= 0)
    return {"-", "-", "-"};
  std::string gflops =
      time.multiply_adds > 0
          ? fmt::format("{:.1f}", 2 * time.multiply_adds / time.ms / 1e6)
          : "-";
  return {gflops, fmt::format("{:.1f}", time.bytes / time.ms / 1e6),
          fmt::format("{:.0f}%", of_roofline(time, machine) * 100)};
}

std::string machine_text(const MachineRates &machine) {
  std::string text = fmt::format("{:.0f} GFLOP/s", machine.gflops);
  const char *between = "; ";
  for (const ReadRate &rate : machine.reads) {
    text += fmt::format("{}{:.0f} GB/s from {}", between, rate.gigabytes,
                        bytes_text(uint64_t(rate.bytes)));
    between = ", ";
  }
  return text;
}

Json machine_json(const MachineRates &machine) {
  Json reads = Json::array();
  for (const ReadRate &rate : machine.reads)
    reads.push_back({rate.bytes, rate.gigabytes});
  return {{"gflops", machine.gflops}, {"bandwidth", reads}};
}

void add_roofline(Json &json, const LaunchTime &time,
                  const MachineRates &machine) {
  json["multiply_adds"] = time.multiply_adds;
  json["bytes"] = time.bytes;
  json["of_roofline"] = of_roofline(time, machine);
}

} // namespace landfall::cli
