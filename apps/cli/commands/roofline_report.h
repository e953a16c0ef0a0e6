//===- roofline_report.h - How near kernels come to the machine -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// For this machine itself: what a kernel's multiply-adds and bytes would take
// at the measured rates, beside what they take. Devices that count report their
// engines instead (engine_report.h).
//
//===----------------------------------------------------------------------===//
#pragma once

#include "apps/cli/commands/launch_profile.h"
#include "apps/cli/commands/machine_rates.h"
#include "apps/cli/report/json.h"
#include "apps/cli/report/table.h"

namespace landfall::cli {

/// The share of the roofline: the least time for the work, by the time taken; 0
/// if nothing was launched. More than 1 where a kernel reads only a part of its
/// operands (a few rows of a table).
double of_roofline(const LaunchTime &time, const MachineRates &machine);

/// "GFLOP/s", "GB/s", "of roofline".
std::vector<Table::Column> roofline_columns();
std::vector<std::string> roofline_cells(const LaunchTime &time,
                                        const MachineRates &machine);

/// "281 GFLOP/s; 514 GB/s from 24 KiB, ...".
std::string machine_text(const MachineRates &machine);
Json machine_json(const MachineRates &machine);

/// Adds "multiply_adds", "bytes" and "of_roofline" of one run.
void add_roofline(Json &json, const LaunchTime &time,
                  const MachineRates &machine);

} // namespace landfall::cli
