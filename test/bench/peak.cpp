//===- peak.cpp - What this machine can do --------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//   peak [THREADS]
//
// Prints {"one": G, "all": G, "threads": N, "gflops": G, "bandwidth": [[bytes,
// G], ...]}: GFLOP/s on one thread, on all (N), and on THREADS (all unless
// given); then the GB/s of that many threads (machine_rates.h).
//
//===----------------------------------------------------------------------===//

#include "apps/cli/commands/machine_rates.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <string_view>
#include <thread>

int main(int argument_count, char **arguments) {
  using namespace landfall::cli;
  int all = std::max(1u, std::thread::hardware_concurrency());
  int threads = all;
  if (std::string_view given = argument_count > 1 ? arguments[1] : "";
      !given.empty())
    std::from_chars(given.data(), given.data() + given.size(), threads);
  threads = std::max(1, threads);
  MachineRates rates = measure_rates(threads);
  std::printf("{\"one\": %.1f, \"all\": %.1f, \"threads\": %d, "
              "\"gflops\": %.1f, \"bandwidth\": [",
              measure_gflops(1), measure_gflops(all), all, rates.gflops);
  const char *between = "";
  for (const ReadRate &rate : rates.reads) {
    std::printf("%s[%lld, %.1f]", between, (long long)rate.bytes,
                rate.gigabytes);
    between = ", ";
  }
  std::printf("]}\n");
}
