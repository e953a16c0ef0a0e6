//===- launch_profile.cpp - Where the time of a run goes ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/launch_profile.h"

#include "apps/cli/report/attempt.h"

namespace landfall::cli {

namespace {

LaunchTime launch_time(const Json &row) {
  LaunchTime time;
  time.ms = row["ms"];
  time.launches = row["launches"];
  time.multiply_adds = row["multiply_adds"];
  time.bytes = row["bytes"];
  time.copied_bytes = row["copied_bytes"];
  if (row.contains("counters"))
    time.counters = parse_counters(row["counters"]);
  time.possible = row.value("possible", 0.0);
  return time;
}

} // namespace

Result<LaunchProfile> profile(OpenedModel &opened, const PreparedInputs &inputs,
                              const std::string &entry, int repeat) {
  LaunchProfile result;
  lf::RunOptions options;
  options.set_entry(entry);
  options.set_statistics(result.statistics);
  for (int warm_up = 0; warm_up < 2; ++warm_up)
    TRY(run_once(opened, inputs, options));
  auto text = attempt([&] {
    return opened.session.profile(pointers(inputs), repeat, &options);
  });
  if (!text)
    return run_error(text.take_error(), inputs);
  Json json = parse_json(*text);
  for (const auto &[kernel, row] : json["kernels"].items())
    result.by_kernel[uint32_t(std::stoul(kernel))] = launch_time(row);
  for (const auto &[nodes, row] : json["nodes"].items())
    result.by_origin[nodes] = launch_time(row);
  for (const auto &[place, row] : json["places"].items())
    result.by_place[place] = launch_time(row);
  for (const auto &row : json["refused"])
    result.refused.push_back({row["kernel"], row["reason"], launch_time(row)});
  result.total = launch_time(json["total"]);
  result.runs = repeat;
  return result;
}

} // namespace landfall::cli
