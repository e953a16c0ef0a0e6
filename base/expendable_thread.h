//===- expendable_thread.h - Code that cannot run out of memory -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <memory>
#include <thread>
#include <type_traits>

namespace landfall {

/// A thread for code that can neither go on without memory nor be left by an
/// exception, such as LLVM, which is compiled without them: its destructors do
/// not run, and what it leaves half-changed is met again. Where such code finds
/// no memory it is given up: it stops for good where it stands, what it holds
/// is never freed, and who waits for it goes on. It must hold no lock that
/// others take. Members may be called by one thread at a time.
class ExpendableThread {
public:
  /// The thread begins with the first call.
  ExpendableThread() = default;
  ~ExpendableThread();
  ExpendableThread(const ExpendableThread &) = delete;
  ExpendableThread &operator=(const ExpendableThread &) = delete;

  /// Calls `body` on the thread, waits for it, and passes on what it throws.
  /// Throws std::bad_alloc if the body was given up, and ever after, and
  /// std::system_error if the system gives no thread.
  template <typename Body> void run(Body &&body) {
    run({[](void *context) {
           (*static_cast<std::remove_reference_t<Body> *>(context))();
         },
         &body});
  }

  bool is_lost() const { return is_lost_; }

  /// Gives up the calling thread if it is expendable, and returns if not.
  /// Allocates nothing.
  static void give_up_here();

  /// From now on an expendable thread whose `new` finds no memory is given up.
  /// On other threads `new` does what it did before. For the whole process.
  static void give_up_without_memory();

private:
  struct Call {
    void (*function)(void *context) = nullptr;
    void *context = nullptr;
  };
  struct Shared;
  struct Running;

  void run(const Call &call);
  static void work(const std::shared_ptr<Shared> &shared);

  std::shared_ptr<Shared> shared_; ///< Kept by a lost thread, too.
  std::thread thread_;
  bool is_lost_ = false;
};

} // namespace landfall
