//===- machine_rates.h - What this machine can do --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The roofline of `landfall explain` and of `./dev bench`: measured, since no
// document says what a virtual machine or a busy one delivers.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <vector>

namespace landfall::cli {

/// The rate of reading memory of `bytes` again and again.
struct ReadRate {
  int64_t bytes;
  double gigabytes; ///< A second.
};

struct MachineRates {
  double gflops = 0;           ///< A multiply-add is two operations.
  std::vector<ReadRate> reads; ///< From small to large.
};

/// GFLOP/s of independent single-precision multiply-adds in registers on that
/// many threads, with the widest vectors that the machine has.
double measure_gflops(int threads);

/// That, and the rates at which the threads together read memory of sizes that
/// fit the caches of usual machines, and of one that fits none. Takes a quarter
/// of a second and 256 MiB; without that memory the last rate is left out.
MachineRates measure_rates(int threads);

/// The least milliseconds for `multiply_adds` and, each moved once, `bytes`: by
/// the rate of the smallest size that holds `bytes_at_once`.
double least_ms(const MachineRates &machine, double multiply_adds, double bytes,
                double bytes_at_once);

} // namespace landfall::cli
