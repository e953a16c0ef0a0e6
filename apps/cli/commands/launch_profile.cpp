//===- launch_profile.cpp - Where the time of a run goes ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/launch_profile.h"

namespace landfall::cli {

std::string origin_of(const Program &program, uint32_t instruction) {
  if (instruction >= program.origin_of.size())
    return "";
  uint32_t origin = program.origin_of[instruction];
  return origin < program.origins.size() ? program.origins[origin] : "";
}

Result<LaunchProfile> profile(OpenedModel &opened, const PreparedInputs &inputs,
                              const std::string &entry, int repeat) {
  LaunchProfile result;
  RunOptions plain;
  plain.statistics = &result.statistics;
  for (int warm_up = 0; warm_up < 2; ++warm_up)
    TRY(run_once(opened, inputs, plain, entry));
  const Program &program = opened.package->program;
  RunOptions watched;
  watched.on_launch = [&](const LaunchRecord &record) {
    double share = 1.0 / repeat, ms = record.ms * share;
    for (LaunchTime *time :
         {&result.by_kernel[record.kernel],
          &result.by_origin[origin_of(program, record.instruction)]}) {
      time->ms += ms;
      time->launches += share;
    }
    result.total_ms += ms;
  };
  for (int run = 0; run < repeat; ++run)
    TRY(run_once(opened, inputs, watched, entry));
  return result;
}

} // namespace landfall::cli
