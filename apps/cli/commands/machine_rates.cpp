//===- machine_rates.cpp - What this machine can do -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/machine_rates.h"

#include <algorithm>
#include <barrier>
#include <chrono>
#include <functional>
#include <memory>
#include <new>
#include <thread>

namespace landfall::cli {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int chains = 12; ///< More than latency x units, fewer than registers.

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Runs `rounds` x chains multiply-adds of vectors of `width` floats.
template <int width>
[[gnu::always_inline]] inline float multiply_add(long rounds) {
  using Vector = float __attribute__((ext_vector_type(width)));
  Vector sums[chains];
  for (int k = 0; k < chains; ++k)
    sums[k] = Vector(float(k));
  Vector factor = Vector(0.999f), term = Vector(0.001f);
  for (long round = 0; round < rounds; ++round)
    for (Vector &sum : sums)
      sum = __builtin_elementwise_fma(sum, factor, term);
  float total = 0;
  for (const Vector &sum : sums)
    for (int lane = 0; lane < width; ++lane) // Every lane must be computed.
      total += sum[lane];
  return total;
}

/// Reads `count` floats, a multiple of `step`, `rounds` times.
template <int width>
[[gnu::always_inline]] inline float read(const float *data, long count,
                                         long rounds) {
  using Vector = float __attribute__((ext_vector_type(width)));
  constexpr int step = width * chains;
  Vector sums[chains] = {};
  for (long round = 0; round < rounds; ++round)
    for (long at = 0; at + step <= count; at += step)
      for (int k = 0; k < chains; ++k)
        sums[k] += *reinterpret_cast<const Vector *>(data + at + k * width);
  float total = 0;
  for (const Vector &sum : sums)
    for (int lane = 0; lane < width; ++lane)
      total += sum[lane];
  return total;
}

struct Units {
  float (*multiply_add)(long rounds);
  float (*read)(const float *data, long count, long rounds);
  int width;
};

#if defined(__x86_64__)
[[gnu::target("avx512f")]] float multiply_add_16(long rounds) {
  return multiply_add<16>(rounds);
}
[[gnu::target("avx512f")]] float read_16(const float *data, long count,
                                         long rounds) {
  return read<16>(data, count, rounds);
}
[[gnu::target("avx2,fma")]] float multiply_add_8(long rounds) {
  return multiply_add<8>(rounds);
}
[[gnu::target("avx2,fma")]] float read_8(const float *data, long count,
                                         long rounds) {
  return read<8>(data, count, rounds);
}
#endif

Units machine() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f"))
    return {multiply_add_16, read_16, 16};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return {multiply_add_8, read_8, 8};
#endif
  return {multiply_add<4>, read<4>, 4};
}

/// Seconds of the best of several rounds of `work(thread)` on all threads at
/// once: rounds are short, so that other load disturbs few of them.
double best_seconds(int threads, const std::function<void(int)> &work) {
  double best = 1e9;
  std::vector<double> ends(threads);
  for (int attempt = 0; attempt < 12; ++attempt) {
    std::barrier together(threads);
    auto timed = [&](int thread) {
      together.arrive_and_wait();
      auto start = Clock::now();
      work(thread);
      ends[thread] = seconds_since(start);
    };
    std::vector<std::jthread> others;
    for (int thread = 1; thread < threads; ++thread)
      others.emplace_back(timed, thread);
    timed(0);
    others.clear();
    best = std::min(best, *std::max_element(ends.begin(), ends.end()));
  }
  return best;
}

struct Release {
  void operator()(float *data) const {
    operator delete(data, std::align_val_t(64));
  }
};

/// GB/s of threads that each read a part of `bytes`; 0 without that memory.
double bandwidth(const Units &units, int threads, int64_t bytes) {
  constexpr int64_t at_least = 32 << 20; // Bytes of a thread, to be measurable.
  int64_t step = units.width * chains;
  int64_t count =
      std::max<int64_t>(1, bytes / int64_t(sizeof(float)) / threads / step) *
      step;
  int64_t rounds = std::max<int64_t>(1, at_least / (count * 4));
  std::unique_ptr<float, Release> data(static_cast<float *>(operator new(
      count * threads * sizeof(float), std::align_val_t(64), std::nothrow)));
  if (!data)
    return 0;
  std::fill_n(data.get(), count * threads, 0.5f);
  double seconds = best_seconds(threads, [&](int thread) {
    volatile float sink =
        units.read(data.get() + count * thread, count, rounds);
    (void)sink;
  });
  return double(rounds * count * threads) * sizeof(float) / seconds / 1e9;
}

} // namespace

double measure_gflops(int threads) {
  constexpr long rounds = 1'000'000;
  Units units = machine();
  double seconds = best_seconds(threads, [&](int) {
    volatile float sink = units.multiply_add(rounds);
    (void)sink;
  });
  return 2.0 * rounds * chains * units.width * threads / seconds / 1e9;
}

MachineRates measure_rates(int threads) {
  MachineRates result = {measure_gflops(threads), {}};
  for (int64_t bytes : {24 << 10, 384 << 10, 6 << 20, 256 << 20})
    if (double rate = bandwidth(machine(), threads, bytes); rate > 0)
      result.reads.push_back({bytes, rate});
  return result;
}

double least_ms(const MachineRates &machine, double multiply_adds, double bytes,
                double bytes_at_once) {
  double compute = 2 * multiply_adds / machine.gflops;
  if (machine.reads.empty())
    return compute / 1e6;
  auto fits = std::ranges::find_if(machine.reads, [&](const ReadRate &rate) {
    return bytes_at_once <= double(rate.bytes);
  });
  const ReadRate &rate =
      fits == machine.reads.end() ? machine.reads.back() : *fits;
  return std::max(compute, bytes / rate.gigabytes) / 1e6;
}

} // namespace landfall::cli
