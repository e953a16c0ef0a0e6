//===- bench_report.cpp - What a benchmark found --------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/bench_report.h"
#include "apps/cli/commands/engine_report.h"
#include "apps/cli/commands/placement_report.h"
#include "apps/cli/commands/roofline_report.h"

#include "apps/cli/report/table.h"
#include "apps/cli/report/units.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace landfall::cli {

namespace {

std::string shapes_of(const BenchPoint &point) {
  std::string text;
  for (const InputNote &note : point.inputs.notes)
    text += (text.empty() ? "" : ", ") + note.name + " " + note.type;
  return text;
}

double speed_up(const BenchPoint &point) {
  return median(point.rival_times) / median(point.times);
}

double geometric_mean_of_ratios(const std::vector<BenchPoint> &points) {
  double sum = 0;
  for (const BenchPoint &point : points)
    sum += std::log(speed_up(point));
  return std::exp(sum / double(points.size()));
}

/// The type whose peak runs are compared with: fp32, or the first that the
/// device has a peak for.
std::string peak_type(const Json &device) {
  const Json &peaks = device["peaks"];
  return peaks.empty() || peaks.value("float32", 0.0) > 0
             ? "float32"
             : peaks.items().begin().key();
}

/// The run as one launch, against that peak.
LaunchTime whole_run(const BenchPoint &point, const Json &device) {
  LaunchTime run = {0, 0, point.counters};
  double peak = device["peaks"].value(peak_type(device), 0.0);
  if (point.counters)
    run.possible =
        peak * double(point.counters->cycles) / point.counters->hertz;
  return run;
}

/// Cycles and engines of a run at each point: the device's own time.
void print_engines(const std::vector<BenchPoint> &points, const Json &device) {
  std::vector<Table::Column> columns = {{"inputs"}};
  for (Table::Column &column : engine_columns(*points[0].counters))
    columns.push_back(std::move(column));
  Table table(columns);
  for (const BenchPoint &point : points) {
    std::vector<std::string> row = {shapes_of(point)};
    for (std::string &cell : engine_cells(whole_run(point, device), 1))
      row.push_back(std::move(cell));
    table.add(row);
  }
  fmt::print(
      "one run on the device, at {:g} GHz; engines busy+stalled in %; peak of "
      "{}\n{}",
      points[0].counters->hertz / 1e9, peak_type(device), table.text(""));
}

std::string difference_text(std::optional<double> difference) {
  return difference ? fmt::format("{:.3g}", *difference) : "-";
}

} // namespace

void print_bench_text(const OpenedModel &opened, const Json &package,
                      const Rival *rival,
                      const std::vector<BenchPoint> &points) {
  using Align = Table::Align;
  const Json &device = opened.device;
  fmt::print("landfall on {}, {} threads{}\n", opened.device_name(),
             device["threads"].get<int>(),
             rival ? "; against onnxruntime " + rival->version() : "");
  std::vector<Table::Column> columns = {{"inputs"},
                                        {"runs", Align::right},
                                        {"median", Align::right},
                                        {"best", Align::right},
                                        {"arena", Align::right}};
  if (rival)
    for (const char *title : {"onnxruntime", "speed-up", "max difference"})
      columns.push_back({title, Align::right});
  bool has_errors = package["precision"] != "f32";
  if (has_errors)
    columns.push_back({"error against f32", Align::right});
  Table table(columns);
  for (const BenchPoint &point : points) {
    std::vector<std::string> row = {
        shapes_of(point), std::to_string(point.times.size()),
        time_text(median(point.times)),
        time_text(*std::ranges::min_element(point.times)),
        bytes_text(point.statistics.arena_bytes)};
    if (rival) {
      row.push_back(time_text(median(point.rival_times)));
      row.push_back(fmt::format("{:.2f}x", speed_up(point)));
      row.push_back(difference_text(point.difference));
    }
    if (has_errors)
      row.push_back(difference_text(point.rounding_error));
    table.add(row);
  }
  fmt::print("{}", table.text(""));
  if (std::ranges::all_of(points, [](auto &p) { return bool(p.counters); }))
    print_engines(points, device);
  for (const BenchPoint &point : points)
    if (point.profile && !is_native(package, &*point.profile))
      fmt::print("{}\n{}", shapes_of(point),
                 fallback_text(package, &*point.profile));
  if (rival && points.size() > 1)
    fmt::print("speed-up, geometric mean: {:.2f}x\n",
               geometric_mean_of_ratios(points));
  for (const BenchPoint &point : points)
    if (!point.inputs.assumed.empty()) {
      fmt::print("{}\n", assumption_text(point.inputs));
      break;
    }
}

Json bench_json(const OpenedModel &opened, const Json &package,
                const Rival *rival, const std::vector<BenchPoint> &points,
                const MachineRates *machine) {
  const Json &device = opened.device;
  Json json;
  json["device"] = device["name"];
  json["threads"] = device["threads"];
  json["precision"] = package["precision"];
  if (!opened.steps.empty())
    json["compile"] = compile_json(opened.steps);
  if (rival)
    json["onnxruntime"] = rival->version();
  json["points"] = Json::array();
  for (const BenchPoint &point : points) {
    Json row;
    row["inputs"] = inputs_json(point.inputs);
    row["assumed_1"] = point.inputs.assumed;
    row["median_ms"] = median(point.times);
    row["times_ms"] = point.times;
    row["arena_bytes"] = point.statistics.arena_bytes;
    add_engines(row, whole_run(point, device), 1);
    if (point.profile && !is_native(package, &*point.profile))
      row["placement"] = placement_json(package, &*point.profile);
    if (rival) {
      row["onnxruntime_median_ms"] = median(point.rival_times);
      row["onnxruntime_times_ms"] = point.rival_times;
      row["speed_up"] = speed_up(point);
      row["max_difference"] =
          point.difference ? Json(*point.difference) : Json();
    }
    if (point.rounding_error)
      row["error_against_f32"] = *point.rounding_error;
    if (point.profile && machine) {
      add_roofline(row, point.profile->total, *machine);
      row["launch_ms"] = point.profile->total.ms;
    }
    json["points"].push_back(row);
  }
  if (machine)
    json["machine"] = machine_json(*machine);
  return json;
}

} // namespace landfall::cli
