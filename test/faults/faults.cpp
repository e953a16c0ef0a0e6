//===- faults.cpp - What becomes of work whose system fails ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//   faults [--count N] [--seed S] [--only NAME] [--case NUMBER]
//          [--from A --to B]
//
// Each case is a scenario with one fault, in a process of its own; both follow
// from the seed and the case's number. It must end as it does without the
// fault, or with an error after which the same works. --from and --to: the call
// that fails is one of these, and so are all after it.
//
//===----------------------------------------------------------------------===//
#include "test/faults/scenario.h"

#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <random>
#include <string_view>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace landfall::faults;

namespace {

constexpr unsigned seconds_a_case = 120; // Generous: the machine may be busy.
constexpr uint64_t progress = 1000;      // Cases between two lines of counts.
constexpr std::array outcome_names = {"right", "refused", "wrong",
                                      "lost",  "hung",    "crashed"};

struct Options {
  uint64_t count = 500;
  uint64_t seed = 1;
  std::string only;
  int64_t only_case = -1;
  uint64_t from = 0, to = 0; ///< Calls that may be the first that fails.
};

struct Tally {
  std::array<uint64_t, outcome_names.size()> counts = {};
  void add(Outcome outcome) { ++counts[static_cast<size_t>(outcome)]; }
  uint64_t findings() const {
    return counts[2] + counts[3] + counts[4] + counts[5];
  }
};

/// In a process of its own.
Outcome run(const Scenario &scenario, const Fault &fault, uint64_t *calls) {
  std::fflush(nullptr);
  pid_t child = fork();
  if (child == 0) {
    alarm(seconds_a_case);
    Outcome outcome = scenario.run(fault, calls);
    std::fflush(nullptr);
    _exit(static_cast<int>(outcome));
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) < int(Outcome::hung))
    return static_cast<Outcome>(WEXITSTATUS(status));
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
    return Outcome::hung;
  std::fprintf(stderr, "wait status %#x\n", status);
  return Outcome::crashed;
}

/// The calls of each scenario without a fault, which must go right.
std::vector<uint64_t> count_calls(const std::vector<Scenario> &scenarios) {
  void *shared = mmap(nullptr, sizeof(uint64_t), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  auto *calls = static_cast<uint64_t *>(shared);
  std::vector<uint64_t> counts;
  for (const Scenario &scenario : scenarios) {
    *calls = 0;
    if (run(scenario, {}, calls) != Outcome::right) {
      std::fprintf(stderr, "%s fails without a fault\n", scenario.name.c_str());
      std::exit(2);
    }
    counts.push_back(*calls);
  }
  return counts;
}

Fault make_fault(const Options &options, uint64_t number, uint64_t calls) {
  std::mt19937_64 random(options.seed * 1'000'003 + number);
  Fault fault;
  fault.number = 1 + random() % std::max<uint64_t>(calls, 1);
  fault.goes_on = random() % 4 == 0;
  if (options.to > options.from) {
    fault.number = options.from + fault.number % (options.to - options.from);
    fault.goes_on = true;
  }
  fault.seed = random();
  return fault;
}

/// Nothing if an option or its value is not known.
std::optional<Options> parse(int count, char **arguments) {
  Options options;
  for (int i = 1; i < count; i += 2) {
    std::string_view name = arguments[i];
    if (i + 1 == count)
      return std::nullopt;
    std::string_view value = arguments[i + 1];
    auto number = [&](auto &to) {
      auto [end, error] = std::from_chars(value.begin(), value.end(), to);
      return error == std::errc() && end == value.end();
    };
    if (name == "--only")
      options.only = value;
    else if (!(name == "--count" && number(options.count)) &&
             !(name == "--seed" && number(options.seed)) &&
             !(name == "--from" && number(options.from)) &&
             !(name == "--to" && number(options.to)) &&
             !(name == "--case" && number(options.only_case)))
      return std::nullopt;
  }
  return options;
}

void print(const std::string &name, const Tally &tally) {
  std::printf("%-24s", name.c_str());
  for (size_t k = 0; k < outcome_names.size(); ++k)
    std::printf(" %6lu %s", tally.counts[k], outcome_names[k]);
  std::printf("\n");
  std::fflush(stdout);
}

int run_all(const std::vector<Scenario> &all, const Options &options) {
  std::vector<uint64_t> calls = count_calls(all);
  std::vector<Tally> tallies(all.size());
  Tally total;
  for (uint64_t number = 0; number < options.count; ++number) {
    if (options.only_case >= 0 && number != uint64_t(options.only_case))
      continue;
    size_t k = number % all.size();
    Fault fault = make_fault(options, number, calls[k]);
    Outcome outcome = run(all[k], fault, nullptr);
    tallies[k].add(outcome);
    total.add(outcome);
    if (outcome > Outcome::refused)
      std::printf("finding: %s: case %lu (call %lu of %lu%s): %s\n",
                  all[k].name.c_str(), number, fault.number, calls[k],
                  fault.goes_on ? " and later ones" : "",
                  outcome_names[static_cast<size_t>(outcome)]);
    if ((number + 1) % progress == 0)
      print(std::to_string(number + 1) + " cases", total);
  }
  for (size_t k = 0; k < all.size(); ++k)
    print(all[k].name, tallies[k]);
  print("all", total);
  return total.findings() > 0 ? 1 : 0;
}

} // namespace

int main(int count, char **arguments) {
  std::optional<Options> options = parse(count, arguments);
  if (!options) {
    std::fputs("usage: faults [--count N] [--seed S] [--only NAME] "
               "[--case NUMBER] [--from A --to B]\n",
               stderr);
    return 2;
  }
  // What a case does follows from its number alone.
  setenv("LANDFALL_CACHE", "off", 1);
  char folder[] = "/tmp/landfall-faults-XXXXXX";
  if (!mkdtemp(folder))
    return 2;
  std::vector<Scenario> all = scenarios(folder);
  std::erase_if(all, [&](const Scenario &scenario) {
    return scenario.name.find(options->only) == std::string::npos;
  });
  int result = all.empty() ? 2 : run_all(all, *options);
  std::filesystem::remove_all(folder);
  return result;
}
