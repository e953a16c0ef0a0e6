//===- units.cpp - Numbers for people -------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/report/units.h"

#include <algorithm>
#include <fmt/format.h>

namespace landfall::cli {

std::string time_text(double ms) {
  if (ms >= 1000)
    return fmt::format("{:.2f} s", ms / 1000);
  bool is_short = ms < 0.1;
  double value = is_short ? ms * 1000 : ms;
  int digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
  return fmt::format("{:.{}f} {}", value, digits, is_short ? "us" : "ms");
}

std::string bytes_text(uint64_t bytes) {
  if (bytes < 1024)
    return fmt::format("{} B", bytes);
  static constexpr const char *units[] = {"KiB", "MiB", "GiB", "TiB"};
  double value = double(bytes) / 1024;
  size_t unit = 0;
  while (value >= 1024 && unit + 1 < std::size(units)) {
    value /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", value, units[unit]);
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  size_t middle = values.size() / 2;
  return values.size() % 2 ? values[middle]
                           : (values[middle - 1] + values[middle]) / 2;
}

} // namespace landfall::cli
