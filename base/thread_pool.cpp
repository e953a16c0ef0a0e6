//===- thread_pool.cpp - Parallel loops over tasks ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Each concurrent loop uses a slot. The slot's `state` word holds everything
// that joining depends on, so that a single compare-and-swap joins or fails:
//   bits 0..11   helpers working now
//   bits 12..23  helpers that have joined since the slot was opened
//   bits 24..35  the most helpers that may join
//   bits 36..62  generation: distinguishes the uses of a slot (ABA)
//   bit  63      open
// A worker that has joined may read the slot's loop; the caller closes the
// slot and then waits until no helper is at work. A worker that has not joined
// never touches the loop, hence nobody waits for it.
//
//===----------------------------------------------------------------------===//
#include "base/thread_pool.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <sched.h>
#include <utility>

namespace landfall {

namespace {

constexpr uint64_t one_helper = 1;
constexpr uint64_t one_seat = uint64_t(1) << 12;
constexpr uint64_t one_seat_limit = uint64_t(1) << 24;
constexpr uint64_t one_generation = uint64_t(1) << 36;
constexpr uint64_t open_bit = uint64_t(1) << 63;
constexpr uint64_t field_mask = 0xfff;
constexpr uint64_t generation_mask = ((uint64_t(1) << 27) - 1) * one_generation;
constexpr int thread_limit = 4096;

uint64_t helpers(uint64_t state) { return state & field_mask; }
uint64_t seats(uint64_t state) { return (state / one_seat) & field_mask; }
uint64_t seat_limit(uint64_t state) {
  return (state / one_seat_limit) & field_mask;
}
uint64_t generation(uint64_t state) { return state & generation_mask; }

void pause_briefly() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Whether this thread is inside a body: nested loops run inline.
thread_local bool inside_body = false;

} // namespace

int available_threads() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0)
    return std::max(1, CPU_COUNT(&set));
  return std::max(1u, std::thread::hardware_concurrency());
}

struct alignas(64) ThreadPool::Slot {
  std::atomic<uint64_t> state = 0;
  std::atomic<bool> taken = false;
  Loop loop;
  std::atomic<bool> has_thrown = false; ///< The loop's body has.
  std::exception_ptr thrown;            ///< By the first that threw.
  alignas(64) std::atomic<int64_t> next = 0;

  void take_parts(int participant) {
    inside_body = true;
    for (;;) {
      int64_t begin = next.fetch_add(loop.grain, std::memory_order_relaxed);
      if (begin >= loop.tasks)
        break;
      int64_t end = std::min(loop.tasks, begin + loop.grain);
      call({begin, end, participant});
    }
    inside_body = false;
  }

private:
  void call(const Part &part) {
    try {
      loop.call(loop.context, part);
    } catch (...) {
      if (!has_thrown.exchange(true))
        thrown = std::current_exception();
      next.store(loop.tasks, std::memory_order_relaxed);
    }
  }
};

ThreadPool::ThreadPool(int threads) : slots_(new Slot[slot_count]) {
  threads = std::clamp(threads, 1, thread_limit);
  workers_.reserve(threads - 1);
  try {
    for (int i = 1; i < threads; ++i)
      workers_.emplace_back([this] { work(); });
  } catch (...) {
    stop();
    throw;
  }
  for (int begun = begun_; begun < threads - 1; begun = begun_)
    begun_.wait(begun);
}

ThreadPool::~ThreadPool() { stop(); }

void ThreadPool::stop() {
  stopping_ = true;
  wake_ups_.fetch_add(1);
  wake_ups_.notify_all();
  for (std::thread &worker : workers_)
    worker.join();
}

void ThreadPool::run(const Loop &loop) {
  if (loop.tasks <= 0)
    return;
  Slot *slot = nullptr;
  bool alone = loop.tasks <= loop.grain || workers_.empty() || inside_body;
  for (int i = 0; i < slot_count && !alone && !slot; ++i)
    if (!slots_[i].taken.exchange(true, std::memory_order_acquire))
      slot = &slots_[i];
  if (!slot) {
    for (int64_t begin = 0; begin < loop.tasks; begin += loop.grain)
      loop.call(loop.context,
                {begin, std::min(loop.tasks, begin + loop.grain), 0});
    return;
  }
  open(*slot, loop);
  slot->take_parts(0);
  close(*slot);
}

void ThreadPool::open(Slot &slot, const Loop &loop) {
  int64_t parts = (loop.tasks + loop.grain - 1) / loop.grain;
  uint64_t limit = std::min<int64_t>(parts - 1, workers_.size());
  slot.loop = loop;
  slot.has_thrown = false;
  slot.next.store(0, std::memory_order_relaxed);
  uint64_t state = slot.state.load(std::memory_order_relaxed);
  slot.state.store(
      open_bit | ((generation(state) + one_generation) & generation_mask) |
          limit * one_seat_limit,
      std::memory_order_release);
  open_slots_.fetch_or(1u << (&slot - slots_.get()));
  wake(limit);
}

void ThreadPool::close(Slot &slot) {
  open_slots_.fetch_and(~(1u << (&slot - slots_.get())));
  uint64_t state =
      slot.state.fetch_and(~open_bit, std::memory_order_acq_rel) & ~open_bit;
  for (int spins = 0; helpers(state) != 0; ++spins) {
    // A helper may have been preempted: yield the CPU to it.
    spins < 10000 ? pause_briefly() : std::this_thread::yield();
    state = slot.state.load(std::memory_order_acquire);
  }
  std::exception_ptr thrown = std::exchange(slot.thrown, nullptr);
  slot.taken.store(false, std::memory_order_release);
  if (thrown)
    std::rethrow_exception(thrown);
}

/// An open loop that this worker can join and has not joined yet.
ThreadPool::Slot *ThreadPool::joinable(const Joined &joined) {
  uint32_t open = open_slots_.load();
  for (; open != 0; open &= open - 1) {
    int number = __builtin_ctz(open);
    uint64_t state = slots_[number].state.load(std::memory_order_acquire);
    if ((state & open_bit) && seats(state) < seat_limit(state) &&
        generation(state) != joined[number])
      return &slots_[number];
  }
  return nullptr;
}

bool ThreadPool::help(Joined &joined) {
  Slot *slot = joinable(joined);
  if (!slot)
    return false;
  uint64_t state = slot->state.load(std::memory_order_acquire);
  if (!(state & open_bit) || seats(state) >= seat_limit(state) ||
      !slot->state.compare_exchange_strong(state, state + one_helper + one_seat,
                                           std::memory_order_acq_rel))
    return false;
  joined[slot - slots_.get()] = generation(state);
  slot->take_parts(static_cast<int>(seats(state)) + 1);
  slot->state.fetch_sub(one_helper, std::memory_order_release);
  return true;
}

void ThreadPool::work() {
  // A thread-local variable of a library that was loaded late gets its memory
  // at the first use, and glibc ends the process if there is none: not when
  // there is work, which may need the last of it.
  inside_body = false;
  begun_.fetch_add(1);
  begun_.notify_one();
  // No slot is ever opened with generation bits above the mask.
  Joined joined;
  joined.fill(~uint64_t(0));
  auto idle_since = std::chrono::steady_clock::now();
  for (int spins = 0; !stopping_.load(std::memory_order_relaxed); ++spins) {
    if (help(joined)) {
      idle_since = std::chrono::steady_clock::now();
      continue;
    }
    pause_briefly();
    if (spins % 64 != 0)
      continue;
    auto idle = std::chrono::steady_clock::now() - idle_since;
    bool in_run = runs_.load(std::memory_order_relaxed) > 0;
    if (idle < std::chrono::microseconds(in_run ? 1000 : 20))
      continue;
    park(joined);
    idle_since = std::chrono::steady_clock::now();
  }
}

void ThreadPool::park(const Joined &joined) {
  int seen = wake_ups_.load();
  sleepers_.fetch_add(1);
  // `open` publishes before it looks for sleepers, and we count ourselves as
  // asleep before we look at what is open: one of the two sees the other.
  if (!joinable(joined) && !stopping_.load())
    wake_ups_.wait(seen);
  sleepers_.fetch_sub(1);
}

void ThreadPool::wake(int64_t wanted) {
  int sleepers = sleepers_.load();
  if (sleepers == 0)
    return;
  wake_ups_.fetch_add(1);
  if (wanted >= sleepers) {
    wake_ups_.notify_all();
    return;
  }
  for (int64_t i = 0; i < wanted; ++i)
    wake_ups_.notify_one();
}

} // namespace landfall
