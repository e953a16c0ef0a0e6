//===- card_scenario.cpp - Cards that are killed or damaged ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// What a card has to do with this process is visible from outside: its memory
// is a mapped memory file, its process a child.
//
//===----------------------------------------------------------------------===//
#include "test/faults/card_scenario.h"
#include "test/faults/work.h"

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

namespace landfall::faults {

namespace {

// Whichever is reached first; a card that is stopped costs a second.
constexpr int runs = 40;
constexpr std::chrono::seconds time_of_runs(1);

/// Where control words and rings lie in a card's memory (docs/reef_driver.md).
constexpr size_t rings_offset = 1 << 20, rings_bytes = 0xd000;

/// The mapping of the card's memory; null: there is none.
uint8_t *card_memory() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);)
    if (line.find("landfall-card") != std::string::npos)
      return reinterpret_cast<uint8_t *>(std::stoull(line, nullptr, 16));
  return nullptr;
}

struct CardScenario {
  std::string package;
  const char *options;
  /// Done from time to time while models run.
  void (*damage)(std::mt19937_64 &random);

  Outcome operator()(const Fault &fault, uint64_t *) const {
    Attempt start;
    Work work;
    work.open(start, package);
    work.load(start, "reef2", options);
    work.run(start);
    if (start.status != LF_OK)
      return lost(start);
    if (fault.number == 0)
      return Outcome::right;
    return survive(fault, work);
  }

private:
  static Outcome lost(const Attempt &attempt) {
    std::fprintf(stderr, "%s: %s\n", lf_status_name(attempt.status),
                 attempt.message);
    return Outcome::lost;
  }

  Outcome survive(const Fault &fault, Work &work) const {
    Floats expected = work.result();
    std::atomic<bool> is_over = false;
    std::mt19937_64 random(fault.seed);
    std::thread damager([&] {
      while (!is_over) {
        damage(random);
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 3000));
      }
    });
    Outcome outcome = Outcome::right;
    auto end = std::chrono::steady_clock::now() + time_of_runs;
    for (int k = 0; k < runs && outcome <= Outcome::refused &&
                    std::chrono::steady_clock::now() < end;
         ++k) {
      Attempt attempt;
      work.run(attempt);
      if (attempt.status == LF_DEVICE)
        outcome = Outcome::refused;
      else if (attempt.status != LF_OK)
        outcome = lost(attempt);
      else if (work.result() != expected)
        outcome = Outcome::wrong;
    }
    is_over = true;
    damager.join();
    return outcome <= Outcome::refused ? recovers(work, expected, outcome)
                                       : outcome;
  }

  /// What was damaged last may still be found by the next run.
  static Outcome recovers(Work &work, const Floats &expected, Outcome outcome) {
    for (int k = 0; k < 3; ++k) {
      Attempt attempt;
      work.run(attempt);
      if (attempt.status != LF_OK && (k > 0 || attempt.status != LF_DEVICE))
        return lost(attempt);
      if (attempt.status == LF_OK && work.result() != expected)
        return Outcome::wrong;
    }
    return outcome;
  }
};

/// A bit somewhere in control words and rings; more often in control words.
void flip_bit(std::mt19937_64 &random) {
  uint8_t *memory = card_memory();
  if (!memory)
    return;
  size_t bytes = random() % 2 ? 256 : rings_bytes;
  memory[rings_offset + random() % bytes] ^= uint8_t(1 << random() % 8);
}

/// Whether the process runs the card's program. Before, it holds up the thread
/// that starts it; who stops it then stops both.
bool is_card(pid_t process) {
  std::ifstream name("/proc/" + std::to_string(process) + "/comm");
  std::string text;
  return std::getline(name, text) && text.starts_with("landfall-reef");
}

/// The parent of the card's process is the thread that started it.
void signal_card(std::mt19937_64 &random, int signal) {
  if (random() % 4 != 0)
    return;
  for (const auto &task :
       std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream children(task.path() / "children");
    pid_t child = 0;
    if (children >> child && is_card(child))
      kill(child, signal);
  }
}

void kill_card(std::mt19937_64 &random) { signal_card(random, SIGKILL); }
void stop_card(std::mt19937_64 &random) { signal_card(random, SIGSTOP); }

} // namespace

void add_card_scenarios(std::vector<Scenario> &all,
                        const std::string &package) {
  constexpr const char *thread = R"({"timeout_seconds": 1})",
                       *process =
                           R"({"timeout_seconds": 1, "own_process": true})";
  all.push_back({"card/rings", CardScenario{package, thread, flip_bit}, false});
  all.push_back(
      {"card/killed", CardScenario{package, process, kill_card}, false});
  all.push_back(
      {"card/stopped", CardScenario{package, process, stop_card}, false});
}

} // namespace landfall::faults
