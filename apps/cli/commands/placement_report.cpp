//===- placement_report.cpp - Which kernels run where, and why ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/placement_report.h"

#include "apps/cli/report/table.h"
#include "apps/cli/report/units.h"

#include <algorithm>
#include <fmt/format.h>

namespace landfall::cli {

namespace {

/// The work of some of a package's kernels.
struct Work {
  size_t kernels = 0;
  LaunchTime time = {};

  void add(const LaunchTime &launches) {
    time.ms += launches.ms;
    time.bytes += launches.bytes;
    time.multiply_adds += launches.multiply_adds;
    time.copied_bytes += launches.copied_bytes;
  }
};

struct Placement {
  Work native;
  Work fallback;
  std::map<std::string, Work> reasons;
};

/// Adds launches of a native kernel whose sizes the device refused, and takes
/// them from `time`, which is that of all of its launches.
bool move_refused(Placement &placement, const LaunchProfile &profile,
                  uint32_t kernel, LaunchTime &time) {
  bool any = false;
  for (const RefusedLaunches &refused : profile.refused) {
    if (refused.kernel != kernel)
      continue;
    any = true;
    Work &reason = placement.reasons[refused.reason];
    ++reason.kernels;
    reason.add(refused.time);
    placement.fallback.add(refused.time);
    time.ms -= refused.time.ms;
    time.bytes -= refused.time.bytes;
    time.multiply_adds -= refused.time.multiply_adds;
    time.copied_bytes -= refused.time.copied_bytes;
  }
  return any;
}

/// A kernel counts as a fallback if any of its launches is one.
Placement placement_of(const Json &package, const LaunchProfile *profile) {
  Placement placement;
  for (const Json &kernel : package["kernels"]) {
    uint32_t number = kernel["number"];
    LaunchTime time;
    if (profile && profile->by_kernel.contains(number))
      time = profile->by_kernel.at(number);
    if (!kernel["fallback"].is_null()) {
      Work &reason = placement.reasons[kernel["fallback"]["reason"]];
      ++reason.kernels;
      ++placement.fallback.kernels;
      reason.add(time);
      placement.fallback.add(time);
      continue;
    }
    bool refused = profile && move_refused(placement, *profile, number, time);
    ++(refused ? placement.fallback : placement.native).kernels;
    placement.native.add(time);
  }
  return placement;
}

double share(double part, double whole) { return whole > 0 ? part / whole : 0; }

Json work_json(const Work &work, size_t kernels, const LaunchProfile *profile) {
  Json json = {{"kernels", work.kernels},
               {"kernel_share", share(double(work.kernels), double(kernels))}};
  if (!profile)
    return json;
  const LaunchTime &total = profile->total;
  json["bytes_share"] = share(work.time.bytes, total.bytes);
  json["multiply_add_share"] =
      share(work.time.multiply_adds, total.multiply_adds);
  json["time_share"] = share(work.time.ms, total.ms);
  json["copied_bytes"] = work.time.copied_bytes;
  return json;
}

std::string percent(double part, double whole) {
  return fmt::format("{:.1f}%", share(part, whole) * 100);
}

/// "on the host, in machine code: 80.0% of time": where launches of fallbacks
/// were executed.
std::string places_text(const LaunchProfile &profile) {
  static constexpr std::pair<const char *, const char *> places[] = {
      {"slow_path", "on the device's slow path"},
      {"host_code", "on the host, in machine code"},
      {"interpreter", "on the host, interpreted"},
  };
  std::string text;
  for (auto [place, name] : places) {
    auto at = profile.by_place.find(place);
    if (at != profile.by_place.end())
      text += fmt::format("; {}: {:g} launches, {} of time", name,
                          at->second.launches,
                          percent(at->second.ms, profile.total.ms));
  }
  return text;
}

} // namespace

bool is_native(const Json &package, const LaunchProfile *profile) {
  if (profile && !profile->refused.empty())
    return false;
  return std::ranges::all_of(package["kernels"], [](const Json &kernel) {
    return kernel["fallback"].is_null();
  });
}

std::string placement_text(const Json &package, const LaunchProfile *profile) {
  if (is_native(package, profile))
    return "every kernel runs there";
  return fmt::format("{} of {} kernels fall back",
                     placement_of(package, profile).fallback.kernels,
                     package["kernels"].size());
}

std::string fallback_text(const Json &package, const LaunchProfile *profile) {
  if (is_native(package, profile))
    return "";
  Placement placement = placement_of(package, profile);
  const Work &work = placement.fallback;
  size_t kernels = package["kernels"].size();
  std::string text =
      fmt::format("fallback  {} of kernels",
                  percent(double(work.kernels), double(kernels)));
  if (profile)
    text += fmt::format(", {} of bytes, {} of time; {} copied a run{}",
                        percent(work.time.bytes, profile->total.bytes),
                        percent(work.time.ms, profile->total.ms),
                        bytes_text(uint64_t(work.time.copied_bytes)),
                        places_text(*profile));
  using Align = Table::Align;
  std::vector<Table::Column> columns = {{"kernels", Align::right}};
  if (profile)
    columns.insert(columns.end(),
                   {{"of bytes", Align::right}, {"of time", Align::right}});
  columns.push_back({"fall back because"});
  Table table(columns);
  for (const auto &[reason, part] : placement.reasons) {
    std::vector<std::string> row = {std::to_string(part.kernels)};
    if (profile)
      row.insert(row.end(), {percent(part.time.bytes, profile->total.bytes),
                             percent(part.time.ms, profile->total.ms)});
    row.push_back(reason);
    table.add(row);
  }
  return fmt::format("{}\n{}", text, table.text("          "));
}

Json placement_json(const Json &package, const LaunchProfile *profile) {
  Placement placement = placement_of(package, profile);
  size_t kernels = package["kernels"].size();
  Json json = {{"native", work_json(placement.native, kernels, profile)},
               {"fallback", work_json(placement.fallback, kernels, profile)},
               {"reasons", Json::array()}};
  for (const auto &[reason, part] : placement.reasons) {
    Json row = {{"reason", reason}};
    row.update(work_json(part, kernels, profile));
    json["reasons"].push_back(row);
  }
  return json;
}

} // namespace landfall::cli
