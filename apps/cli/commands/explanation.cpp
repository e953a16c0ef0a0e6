//===- explanation.cpp - The data of `landfall explain` -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/explanation.h"

#include <algorithm>

namespace landfall::cli {

std::vector<uint32_t> by_time(const Explanation &about) {
  std::vector<uint32_t> order(about.kernels().size());
  for (uint32_t k = 0; k < order.size(); ++k)
    order[k] = k;
  std::ranges::stable_sort(order, [&](uint32_t a, uint32_t b) {
    return about.time_of(a).ms > about.time_of(b).ms;
  });
  return order;
}

std::vector<std::pair<std::string, LaunchTime>>
origins_by_time(const LaunchProfile &profile) {
  std::vector<std::pair<std::string, LaunchTime>> list(
      profile.by_origin.begin(), profile.by_origin.end());
  std::ranges::stable_sort(list, [](const auto &a, const auto &b) {
    return a.second.ms > b.second.ms;
  });
  return list;
}

} // namespace landfall::cli
