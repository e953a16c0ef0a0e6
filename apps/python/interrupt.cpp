//===- interrupt.cpp - Ctrl-C during a run --------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/python/interrupt.h"

#include <atomic>
#include <sys/syscall.h>
#include <unistd.h>

namespace landfall::python {

namespace {

// A signal handler knows nothing but globals. One thread writes them.
std::atomic<lf_session *> running = nullptr;
std::atomic<bool> interrupted = false;
struct sigaction pythons;

bool is_handled(const struct sigaction &action) {
  return (action.sa_flags & SA_SIGINFO) ||
         (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN);
}

void on_interrupt(int signal, siginfo_t *information, void *context) {
  interrupted = true;
  lf_session_cancel(running);
  if (!is_handled(pythons)) {
    // It came while the constructor looked who handles it.
    sigaction(SIGINT, &pythons, nullptr);
    raise(signal);
  } else if (pythons.sa_flags & SA_SIGINFO) {
    pythons.sa_sigaction(signal, information, context);
  } else {
    pythons.sa_handler(signal);
  }
}

/// Asked once a thread: the main thread stays so, over a fork too.
bool is_main_thread() {
  thread_local const bool is_main = syscall(SYS_gettid) == getpid();
  return is_main;
}

} // namespace

// Every run comes here, so it makes as few system calls as it can: one, and one
// in the end. Who handled the signal during the last run gets one that another
// thread receives before the present one is known.
Interruptible::Interruptible(lf_session *session) {
  static bool is_known = false;
  if (!is_main_thread() || running)
    return;
  if (!is_known && sigaction(SIGINT, nullptr, &pythons) != 0)
    return;
  is_known = true;
  interrupted = false;
  struct sigaction ours = {}, previous = {};
  ours.sa_sigaction = on_interrupt;
  ours.sa_flags = SA_SIGINFO | SA_ONSTACK;
  running = session;
  is_active_ = true;
  bool is_set = sigaction(SIGINT, &ours, &previous) == 0;
  if (is_set)
    pythons = previous;
  if (!is_set || !is_handled(pythons))
    restore();
}

void Interruptible::restore() {
  if (!is_active_)
    return;
  is_active_ = false;
  sigaction(SIGINT, &pythons, nullptr);
  running = nullptr;
}

bool Interruptible::was_interrupted() {
  return is_main_thread() && interrupted;
}

} // namespace landfall::python
