//===- fuzz_main.h - The loop of a fuzzing program -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A fuzzing program is run as `NAME [seconds [case]]`: all cases that fit into
// the time, or one. A case follows from its number alone, so that a finding can
// be run again; the number is printed when a sanitizer or the clock stops it.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "test/fuzz/mutate.h"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <sanitizer/common_interface_defs.h>
#include <string>
#include <unistd.h>

namespace landfall::fuzz {

/// No case may take longer.
inline constexpr unsigned seconds_a_case = 10;

/// Valid files to start from, and what reads a damaged one: it may refuse or
/// accept it, and returns whether it was accepted.
struct Subject {
  std::vector<Bytes> seeds;
  std::function<void(Bytes &)> repair; ///< After damage; may be empty.
  std::function<bool(const Bytes &)> read;
};

namespace detail {
inline unsigned long
    current_case; // For the death callback, which has no state.

inline void report_case() {
  std::fprintf(stderr, "finding in case %lu\n", current_case);
}

[[noreturn]] inline void too_slow(int) {
  report_case();
  std::fprintf(stderr, "it takes more than %u seconds\n", seconds_a_case);
  _exit(1);
}
} // namespace detail

/// The damaged file of case `number`.
inline Bytes make_case(const Subject &subject, unsigned long number) {
  Random random(number);
  Bytes bytes = subject.seeds[number % subject.seeds.size()];
  const Bytes &other = subject.seeds[below(random, subject.seeds.size())];
  for (size_t count = 1 + below(random, 4); count > 0; --count)
    mutate(random, bytes, other);
  if (subject.repair && below(random, 16) != 0)
    subject.repair(bytes);
  return bytes;
}

inline bool run_case(const Subject &subject, unsigned long number) {
  detail::current_case = number;
  alarm(seconds_a_case);
  return subject.read(make_case(subject, number));
}

/// What `main` returns. Every seed itself must be accepted.
inline int run(const Subject &subject, int argc, char **argv) {
  using Clock = std::chrono::steady_clock;
  __sanitizer_set_death_callback(detail::report_case);
  std::signal(SIGALRM, detail::too_slow);
  for (const Bytes &seed : subject.seeds)
    if (!subject.read(seed)) {
      std::fprintf(stderr, "a file to start from is refused\n");
      return 1;
    }
  if (argc > 2) {
    bool accepted = run_case(subject, std::strtoul(argv[2], nullptr, 10));
    std::printf("%s\n", accepted ? "accepted" : "refused");
    return 0;
  }
  auto seconds = std::chrono::seconds(argc > 1 ? std::atoi(argv[1]) : 25);
  auto end = Clock::now() + seconds;
  unsigned long number = 0, accepted = 0;
  for (; Clock::now() < end; ++number)
    accepted += run_case(subject, number);
  std::printf("%lu cases, %lu of them still valid, no finding\n", number,
              accepted);
  return 0;
}

} // namespace landfall::fuzz
