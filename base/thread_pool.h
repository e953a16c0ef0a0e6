//===- thread_pool.h - Parallel loops over tasks ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <array>
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
  /// A part of a loop: tasks [begin, end), run by thread number `participant`
  /// in [0, threads()), where 0 is the caller. Parts with the same participant
  /// do not run concurrently, so that each can have its own scratch memory.
  struct Part {
    int64_t begin;
    int64_t end;
    int participant;
  };

  /// While such an object exists, idle workers spin (for at most about a
  /// millisecond without work) instead of sleeping, so that a sequence of short
  /// loops does not pay for waking them each time.
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

  /// `threads` counts the caller: the pool starts `threads - 1` workers, which
  /// run when it returns. Throws std::system_error if the system gives fewer.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool &) = delete;
  ThreadPool &operator=(const ThreadPool &) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  /// Calls `body(Part)` until [0, tasks) is done, on the caller and on workers
  /// that are free; returns when all parts are done. Each part has at most
  /// `grain` tasks. A nested call from within a body runs on the caller alone.
  /// If the body throws, parts that have not begun are left out, and the first
  /// exception is thrown again.
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
  void stop();

  static constexpr int slot_count = 8;
  /// By slot, the generation that a worker has joined last.
  using Joined = std::array<uint64_t, slot_count>;
  Slot *joinable(const Joined &joined);
  bool help(Joined &joined);
  void wake(int64_t wanted);
  void park(const Joined &joined);

  /// One concurrent loop each; a caller that finds none free runs alone.
  std::unique_ptr<Slot[]> slots_;
  std::atomic<uint32_t> open_slots_ = 0; ///< Bit i: slot i takes helpers.
  std::atomic<int> begun_ = 0;           ///< Workers that run.
  std::atomic<int> sleepers_ = 0;
  std::atomic<int> wake_ups_ = 0;
  std::atomic<int> runs_ = 0;
  std::atomic<bool> stopping_ = false;
  std::vector<std::thread> workers_;
};

} // namespace landfall
