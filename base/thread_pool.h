//===- thread_pool.h - Sharing one loop between threads --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

namespace landfall {

/// The threads that this process may run on at once (its CPU affinity).
int available_threads();

/// A fixed set of worker threads. All members may be called from any thread.
class ThreadPool {
public:
  /// A part of a loop: tasks [begin, end), done by `participant` (0: the
  /// caller; below `threads()`). No two parts of one loop run at the same time
  /// under the same participant number.
  struct Part {
    int64_t begin;
    int64_t end;
    int participant;
  };

  /// Keeps idle workers spinning for as long as it lives (with a limit of
  /// about a millisecond without work), so that a run of many small loops does
  /// not pay for waking them each time.
  class Run {
  public:
    explicit Run(ThreadPool &pool) : pool_(&pool) {
      pool_->runs_.fetch_add(1, std::memory_order_relaxed);
    }
    ~Run() { pool_->runs_.fetch_sub(1, std::memory_order_relaxed); }
    Run(const Run &) = delete;
    Run &operator=(const Run &) = delete;

  private:
    ThreadPool *pool_;
  };

  /// `threads` counts the caller: the pool starts `threads - 1` workers.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool &) = delete;
  ThreadPool &operator=(const ThreadPool &) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  /// Calls `body(Part)` until [0, tasks) is done, on the caller and on whatever
  /// workers join in time; the caller waits only for those that have joined.
  /// Each part holds at most `grain` tasks. A call from within a body runs
  /// inline. `body` must not throw.
  template <typename Body>
  void parallel_for(int64_t tasks, int64_t grain, Body &&body) {
    run({[](void *context, const Part &part) {
           (*static_cast<std::remove_reference_t<Body> *>(context))(part);
         },
         &body, tasks, grain < 1 ? 1 : grain});
  }

private:
  struct Loop {
    void (*call)(void *context, const Part &part) = nullptr;
    void *context = nullptr;
    int64_t tasks = 0;
    int64_t grain = 1;
  };
  struct Slot;

  void run(const Loop &loop);
  void open(Slot &slot, const Loop &loop);
  void close(Slot &slot);
  void work();
  Slot *joinable(const std::vector<uint64_t> &joined);
  bool help(std::vector<uint64_t> &joined);
  void wake(int64_t wanted);
  void park(const std::vector<uint64_t> &joined);

  static constexpr int slot_count = 8;

  /// One loop in flight each; a caller that finds none free runs alone.
  std::unique_ptr<Slot[]> slots_;
  std::atomic<uint32_t> open_slots_ = 0; ///< Bit i: slot i takes helpers.
  std::atomic<int> sleepers_ = 0;
  std::atomic<int> wake_ups_ = 0;
  std::atomic<int> runs_ = 0;
  std::atomic<bool> stopping_ = false;
  std::vector<std::thread> workers_;
};

} // namespace landfall
