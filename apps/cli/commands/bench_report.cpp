//===- bench_report.cpp - What a benchmark found --------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/bench_report.h"

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

} // namespace

void print_bench_text(const OpenedModel &opened, const Rival *rival,
                      const std::vector<BenchPoint> &points) {
  using Align = Table::Align;
  DeviceDescription device = opened.model->device().describe();
  fmt::print("landfall on {}, {} threads{}\n", device.name, device.threads,
             rival ? "; against onnxruntime " + rival->version() : "");
  std::vector<Table::Column> columns = {{"inputs"},
                                        {"runs", Align::right},
                                        {"median", Align::right},
                                        {"best", Align::right},
                                        {"arena", Align::right}};
  if (rival)
    for (const char *title : {"onnxruntime", "speed-up", "max difference"})
      columns.push_back({title, Align::right});
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
      row.push_back(point.difference ? fmt::format("{:.3g}", *point.difference)
                                     : "-");
    }
    table.add(row);
  }
  fmt::print("{}", table.text(""));
  if (rival && points.size() > 1)
    fmt::print("speed-up, geometric mean: {:.2f}x\n",
               geometric_mean_of_ratios(points));
  for (const BenchPoint &point : points)
    if (!point.inputs.assumed.empty()) {
      fmt::print("{}\n", assumption_text(point.inputs));
      break;
    }
}

void print_bench_json(const OpenedModel &opened, const Rival *rival,
                      const std::vector<BenchPoint> &points) {
  DeviceDescription device = opened.model->device().describe();
  Json json;
  json["device"] = device.name;
  json["threads"] = device.threads;
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
    if (rival) {
      row["onnxruntime_median_ms"] = median(point.rival_times);
      row["onnxruntime_times_ms"] = point.rival_times;
      row["speed_up"] = speed_up(point);
      row["max_difference"] =
          point.difference ? Json(*point.difference) : Json();
    }
    json["points"].push_back(row);
  }
  print_json(json);
}

} // namespace landfall::cli
