//===- expendable_thread.cpp - Code that cannot run out of memory ---------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/expendable_thread.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <new>
#include <unistd.h>
#include <utility>

namespace landfall {

struct ExpendableThread::Shared {
  enum class State { idle, called, done, lost, ending };

  std::mutex mutex;
  std::condition_variable changed;
  State state = State::idle;
  Call call;
  std::exception_ptr thrown;
  std::thread::id runs_on; ///< While a call is under way.
  Shared *next = nullptr;  ///< Of all that run.

  void set(State next) {
    {
      std::lock_guard lock(mutex);
      state = next;
    }
    changed.notify_all();
  }

  State wait_while(State present) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return state != present; });
    return state;
  }
};

/// All calls that are under way. A thread-local variable would do, but it gets
/// its memory at the first use, and glibc ends the process if there is none.
struct ExpendableThread::Running {
  std::mutex mutex;
  Shared *first = nullptr;

  static Running &all() {
    static Running running;
    return running;
  }

  void add(Shared &shared) {
    std::lock_guard lock(mutex);
    shared.runs_on = std::this_thread::get_id();
    shared.next = std::exchange(first, &shared);
  }

  void remove(Shared &shared) {
    std::lock_guard lock(mutex);
    Shared **link = &first;
    while (*link != &shared)
      link = &(*link)->next;
    *link = shared.next;
  }

  Shared *here() {
    std::lock_guard lock(mutex);
    for (Shared *shared = first; shared; shared = shared->next)
      if (shared->runs_on == std::this_thread::get_id())
        return shared;
    return nullptr;
  }
};

void ExpendableThread::give_up_here() {
  Shared *shared = Running::all().here();
  if (!shared)
    return;
  shared->set(Shared::State::lost);
  for (;;)
    pause();
}

static std::new_handler handler_before = nullptr;

static void handle_no_memory() {
  ExpendableThread::give_up_here();
  if (!handler_before)
    throw std::bad_alloc();
  handler_before();
}

void ExpendableThread::give_up_without_memory() {
  static std::once_flag once;
  std::call_once(
      once, [] { handler_before = std::set_new_handler(handle_no_memory); });
}

void ExpendableThread::work(const std::shared_ptr<Shared> &shared) {
  using State = Shared::State;
  while (shared->wait_while(State::idle) == State::called) {
    Running::all().add(*shared);
    try {
      shared->call.function(shared->call.context);
    } catch (...) {
      shared->thrown = std::current_exception();
    }
    Running::all().remove(*shared);
    shared->set(State::done);
    shared->wait_while(State::done); // The caller takes what was thrown.
  }
}

void ExpendableThread::run(const Call &call) {
  using State = Shared::State;
  if (is_lost_)
    throw std::bad_alloc();
  if (!shared_)
    shared_ = std::make_shared<Shared>();
  if (!thread_.joinable())
    thread_ = std::thread(work, shared_);
  shared_->call = call;
  shared_->set(State::called);
  if (shared_->wait_while(State::called) == State::lost) {
    is_lost_ = true;
    thread_.detach();
    throw std::bad_alloc();
  }
  std::exception_ptr thrown = std::move(shared_->thrown);
  shared_->set(State::idle);
  if (thrown)
    std::rethrow_exception(thrown);
}

ExpendableThread::~ExpendableThread() {
  if (!thread_.joinable())
    return;
  shared_->set(Shared::State::ending);
  thread_.join();
}

} // namespace landfall
