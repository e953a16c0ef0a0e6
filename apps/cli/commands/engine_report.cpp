//===- engine_report.cpp - What a device's engines did --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/engine_report.h"
#include "apps/cli/report/units.h"

#include <fmt/format.h>

namespace landfall::cli {

namespace {

/// A number of busy or stalled cycles as a part of what all units had.
double share(const DeviceCounters &counters, const EngineCounter &engine,
             uint64_t cycles) {
  double all = double(engine.units) * double(counters.cycles);
  return all > 0 ? double(cycles) / all : 0;
}

double of_peak(const LaunchTime &time) {
  return time.possible > 0
             ? double(time.counters->multiply_adds) / time.possible
             : 0;
}

std::string peak_text(const LaunchTime &time) {
  return time.possible > 0 ? fmt::format("{:.1f}%", of_peak(time) * 100) : "-";
}

} // namespace

bool has_counters(const LaunchProfile &profile) {
  return profile.total.counters.has_value();
}

std::vector<Table::Column> engine_columns(const DeviceCounters &counters) {
  std::vector<Table::Column> columns = {{"cycles", Table::Align::right}};
  for (const EngineCounter &engine : counters.engines)
    columns.push_back({engine.name, Table::Align::right});
  columns.push_back({"of peak", Table::Align::right});
  return columns;
}

std::vector<std::string> engine_cells(const LaunchTime &time, int runs) {
  const DeviceCounters &counters = *time.counters;
  std::vector<std::string> cells = {
      fmt::format("{}", counters.cycles / uint64_t(runs))};
  for (const EngineCounter &engine : counters.engines) {
    double stalled = share(counters, engine, engine.stalled) * 100;
    cells.push_back(
        fmt::format("{:.0f}{}", share(counters, engine, engine.busy) * 100,
                    stalled < 0.5 ? "" : fmt::format("+{:.0f}", stalled)));
  }
  cells.push_back(peak_text(time));
  return cells;
}

std::string engine_summary(const LaunchProfile &profile) {
  const LaunchTime &total = profile.total;
  const DeviceCounters &counters = *total.counters;
  double cycles = double(counters.cycles) / profile.runs;
  std::string text = fmt::format("{:.0f} cycles a run, {} at {:g} GHz", cycles,
                                 time_text(cycles / counters.hertz * 1e3),
                                 counters.hertz / 1e9);
  if (total.possible > 0)
    text +=
        fmt::format("; contractions reach {} of the peak", peak_text(total));
  return text;
}

void add_engines(Json &json, const LaunchTime &time, int runs) {
  if (!time.counters)
    return;
  const DeviceCounters &counters = *time.counters;
  json["cycles"] = double(counters.cycles) / runs;
  json["instructions"] = double(counters.instructions) / runs;
  json["multiply_adds"] = double(counters.multiply_adds) / runs;
  json["memory_bytes"] = double(counters.memory_bytes) / runs;
  if (time.possible > 0)
    json["of_peak"] = of_peak(time);
  for (const EngineCounter &engine : counters.engines)
    json["engines"][engine.name] = {
        {"units", engine.units},
        {"busy", share(counters, engine, engine.busy)},
        {"stalled", share(counters, engine, engine.stalled)}};
}

} // namespace landfall::cli
