//===- profile.cpp - Where the time of runs goes, as JSON -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/c_api/profile.h"

#include "runtime/c_api/device_report.h"
#include "runtime/c_api/launch_work.h"
#include "runtime/c_api/package_report.h"

#include <map>

namespace landfall::c_api {

namespace {

using Json = nlohmann::ordered_json;

struct LaunchTime {
  double ms = 0; ///< Per run.
  double launches = 0;
  /// Of all profiled runs together, where the device counts.
  std::optional<runtime::DeviceCounters> counters = {};
  /// Multiply-adds that the device's peak allows in the cycles of contractions.
  double possible = 0;
  LaunchWork work = {}; ///< Per run.
  /// Copied between device and host by launches that the host executed, per
  /// run.
  double copied_bytes = 0;
};

void add(LaunchTime &time, const LaunchTime &launch) {
  time.ms += launch.ms;
  time.launches += launch.launches;
  time.possible += launch.possible;
  time.work.multiply_adds += launch.work.multiply_adds;
  time.work.bytes += launch.work.bytes;
  time.copied_bytes += launch.copied_bytes;
  if (launch.counters)
    time.counters =
        time.counters ? sum(*time.counters, *launch.counters) : launch.counters;
}

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

Json row(const LaunchTime &time) {
  Json json = {{"ms", time.ms},
               {"launches", time.launches},
               {"multiply_adds", time.work.multiply_adds},
               {"bytes", time.work.bytes},
               {"copied_bytes", time.copied_bytes}};
  if (time.counters) {
    json["counters"] = counters_json(*time.counters);
    json["possible"] = time.possible;
  }
  return json;
}

} // namespace

Result<std::string> profile(PreparedRun &run, int repeat) {
  const runtime::LoadedModel &model = *run.session->loaded;
  const Package &package = model.package();
  runtime::DeviceDescription device = model.device().describe();
  std::map<uint32_t, LaunchTime> by_kernel;
  std::map<std::string, LaunchTime> by_origin;
  std::map<runtime::LaunchPlace, LaunchTime> by_place;
  std::map<std::pair<uint32_t, std::string>, LaunchTime> refused;
  LaunchTime total;
  run.options.on_launch = [&](const runtime::LaunchRecord &record) {
    LaunchTime launch = {record.ms / repeat, 1.0 / repeat};
    LaunchWork work =
        work_of_launch(package.kernels[record.kernel], record.sizes);
    launch.work = {work.multiply_adds / repeat, work.bytes / repeat};
    launch.copied_bytes = double(record.copied_bytes) / repeat;
    if (record.counters) {
      launch.counters = *record.counters;
      launch.possible =
          possible(package.kernels[record.kernel], device, *record.counters);
    }
    add(by_kernel[record.kernel], launch);
    add(by_origin[names(origin(package.program, record.instruction))], launch);
    add(by_place[record.place], launch);
    if (!record.refusal.empty())
      add(refused[{record.kernel, std::string(record.refusal)}], launch);
    add(total, launch);
  };
  for (int count = 0; count < repeat; ++count)
    TRY(run.perform(nullptr));
  Json json = {{"total", row(total)},      {"kernels", Json::object()},
               {"nodes", Json::object()},  {"places", Json::object()},
               {"refused", Json::array()}, {"runs", repeat}};
  for (const auto &[kernel, time] : by_kernel) {
    Json &entry = json["kernels"][std::to_string(kernel)];
    entry = row(time);
    entry["where"] = name(model.where(kernel));
  }
  for (const auto &[place, time] : by_place)
    json["places"][std::string(name(place))] = row(time);
  for (const auto &[which, time] : refused) {
    Json entry = {{"kernel", which.first}, {"reason", which.second}};
    entry.update(row(time));
    json["refused"].push_back(std::move(entry));
  }
  for (const auto &[origin, time] : by_origin)
    json["nodes"][origin] = row(time);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace landfall::c_api
