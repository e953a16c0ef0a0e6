//===- peak.cpp - What this machine's FMA units can do -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//   peak [THREADS]
//
// Prints {"one": G, "all": G, "threads": N, "gflops": G, "bandwidth": [[bytes,
// G], ...]}: the measured single-precision GFLOP/s of independent fused
// multiply-adds in registers, on one thread, on all (N), and on THREADS (all
// unless given); then the GB/s at which that many threads read memory of so
// many bytes again and again, which tells the caches' rates from the DRAM's.
// Vectors are the widest that the machine has.
//
//===----------------------------------------------------------------------===//

#include <algorithm>
#include <barrier>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <new>
#include <thread>
#include <vector>

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

double gflops(const Units &units, int threads) {
  constexpr long rounds = 1'000'000;
  double seconds = best_seconds(threads, [&](int) {
    volatile float sink = units.multiply_add(rounds);
    (void)sink;
  });
  return 2.0 * rounds * chains * units.width * threads / seconds / 1e9;
}

/// GB/s of threads that each read a part of `bytes`.
double bandwidth(const Units &units, int threads, long bytes) {
  constexpr long at_least = 32 << 20; // Bytes of a thread, to be measurable.
  int step = units.width * chains;
  long count = bytes / long(sizeof(float)) / threads / step * step;
  long rounds = std::max(1L, at_least / (count * long(sizeof(float))));
  auto size = std::align_val_t(64);
  auto *data =
      static_cast<float *>(operator new(count * threads * sizeof(float), size));
  std::fill_n(data, count * threads, 0.5f);
  double seconds = best_seconds(threads, [&](int thread) {
    volatile float sink = units.read(data + count * thread, count, rounds);
    (void)sink;
  });
  operator delete(data, size);
  return double(rounds * count * threads) * sizeof(float) / seconds / 1e9;
}

} // namespace

int main(int argument_count, char **arguments) {
  Units units = machine();
  int all = std::max(1u, std::thread::hardware_concurrency());
  int threads = argument_count > 1 ? std::max(1, std::atoi(arguments[1])) : all;
  std::printf("{\"one\": %.1f, \"all\": %.1f, \"threads\": %d, "
              "\"gflops\": %.1f, \"bandwidth\": [",
              gflops(units, 1), gflops(units, all), all,
              gflops(units, threads));
  // Sizes that fit the caches of usual machines, and one that fits none.
  for (long bytes : {24L << 10, 384L << 10, 6L << 20, 256L << 20})
    std::printf("%s[%ld, %.1f]", bytes > (24L << 10) ? ", " : "", bytes,
                bandwidth(units, threads, bytes));
  std::printf("]}\n");
}
