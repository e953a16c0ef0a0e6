//===- launch_profile.cpp - Where the time of a run goes ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/launch_profile.h"

namespace landfall::cli {

namespace {

/// Multiply-adds that the peak for the kernel's operands, or for fp32 where the
/// device has no own one, allows in the launch's cycles.
double possible(const Kernel &kernel, const runtime::DeviceDescription &device,
                const runtime::DeviceCounters &counters) {
  if (kernel.kind != KernelClass::contraction || counters.hertz <= 0)
    return 0;
  double own = 0, single = 0;
  for (const runtime::PeakRate &peak : device.peaks) {
    if (peak.dtype == kernel.operands[0].dtype)
      own = peak.multiply_adds;
    if (peak.dtype == DType::f32)
      single = peak.multiply_adds;
  }
  return (own > 0 ? own : single) * double(counters.cycles) / counters.hertz;
}

void add(LaunchTime &time, const LaunchTime &launch) {
  time.ms += launch.ms;
  time.launches += launch.launches;
  time.possible += launch.possible;
  if (launch.counters)
    time.counters =
        time.counters ? sum(*time.counters, *launch.counters) : launch.counters;
}

} // namespace

Result<LaunchProfile> profile(OpenedModel &opened, const PreparedInputs &inputs,
                              const std::string &entry, int repeat) {
  LaunchProfile result;
  runtime::RunOptions plain;
  plain.statistics = &result.statistics;
  for (int warm_up = 0; warm_up < 2; ++warm_up)
    TRY(run_once(opened, inputs, plain, entry));
  const Program &program = opened.package->program;
  runtime::DeviceDescription device = opened.model->device().describe();
  runtime::RunOptions watched;
  watched.on_launch = [&](const runtime::LaunchRecord &record) {
    LaunchTime launch = {record.ms / repeat, 1.0 / repeat};
    if (record.counters) {
      launch.counters = *record.counters;
      launch.possible = possible(opened.package->kernels[record.kernel], device,
                                 *record.counters);
    }
    add(result.by_kernel[record.kernel], launch);
    add(result.by_origin[names(origin(program, record.instruction))], launch);
    add(result.total, launch);
  };
  result.runs = repeat;
  for (int run = 0; run < repeat; ++run)
    TRY(run_once(opened, inputs, watched, entry));
  return result;
}

} // namespace landfall::cli
