//===- peak.cpp - What this machine's FMA units can do -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Prints {"one": G, "all": G, "threads": N}: the measured single-precision
// GFLOP/s of independent fused multiply-adds in registers, on one thread and on
// all, with the widest vectors that the machine has.
//
//===----------------------------------------------------------------------===//

#include <algorithm>
#include <barrier>
#include <chrono>
#include <cstdio>
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

#if defined(__x86_64__)
[[gnu::target("avx512f")]] float widest(long rounds) {
  return multiply_add<16>(rounds);
}
[[gnu::target("avx2,fma")]] float middle(long rounds) {
  return multiply_add<8>(rounds);
}
#endif

struct Units {
  float (*run)(long rounds);
  int width;
};

Units machine() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f"))
    return {widest, 16};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return {middle, 8};
#endif
  return {[](long rounds) { return multiply_add<4>(rounds); }, 4};
}

/// The best of several short rounds, so that other load disturbs little.
double measure(Units units, int threads) {
  constexpr long rounds = 1'000'000;
  double best = 0;
  volatile float sink = units.run(rounds);
  std::vector<double> ends(threads);
  for (int attempt = 0; attempt < 12; ++attempt) {
    std::barrier together(threads);
    auto work = [&](int thread) {
      together.arrive_and_wait();
      auto start = Clock::now();
      sink = units.run(rounds);
      ends[thread] = seconds_since(start);
    };
    std::vector<std::jthread> others;
    for (int thread = 1; thread < threads; ++thread)
      others.emplace_back(work, thread);
    work(0);
    others.clear();
    double slowest = *std::max_element(ends.begin(), ends.end());
    double operations = 2.0 * rounds * chains * units.width * threads;
    best = std::max(best, operations / slowest / 1e9);
  }
  (void)sink;
  return best;
}

} // namespace

int main() {
  Units units = machine();
  int threads = std::max(1u, std::thread::hardware_concurrency());
  std::printf("{\"one\": %.1f, \"all\": %.1f, \"threads\": %d}\n",
              measure(units, 1), measure(units, threads), threads);
}
