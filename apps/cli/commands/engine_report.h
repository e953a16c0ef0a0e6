//===- engine_report.h - What a device's engines did -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// For devices that count (lf_model_counters): cycles, how busy each kind of
// engine was, and what part of the claimed peak contractions delivered.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "apps/cli/commands/launch_profile.h"
#include "apps/cli/report/json.h"
#include "apps/cli/report/table.h"

namespace landfall::cli {

/// Whether there is anything to report.
bool has_counters(const LaunchProfile &profile);

/// "cycles", a column for each kind of engine, "of peak".
std::vector<Table::Column> engine_columns(const DeviceCounters &counters);
/// A cell for each of them: "busy" or "busy+stalled" in percent.
std::vector<std::string> engine_cells(const LaunchTime &time, int runs);

/// One line on the whole run.
std::string engine_summary(const LaunchProfile &profile);

/// Adds "cycles", "engines" and "of_peak" of one run to a report's object.
void add_engines(Json &json, const LaunchTime &time, int runs);

} // namespace landfall::cli
