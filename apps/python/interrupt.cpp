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

void on_interrupt(int signal, siginfo_t *information, void *context) {
  interrupted = true;
  lf_session_cancel(running);
  if (pythons.sa_flags & SA_SIGINFO)
    pythons.sa_sigaction(signal, information, context);
  else
    pythons.sa_handler(signal);
}

bool is_main_thread() { return syscall(SYS_gettid) == getpid(); }

bool is_handled(const struct sigaction &action) {
  return (action.sa_flags & SA_SIGINFO) ||
         (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN);
}

} // namespace

Interruptible::Interruptible(lf_session *session) {
  if (!is_main_thread() || running)
    return;
  interrupted = false;
  if (sigaction(SIGINT, nullptr, &pythons) != 0 || !is_handled(pythons))
    return;
  running = session;
  struct sigaction ours = {};
  ours.sa_sigaction = on_interrupt;
  ours.sa_flags = SA_SIGINFO | (pythons.sa_flags & SA_ONSTACK);
  is_active_ = sigaction(SIGINT, &ours, nullptr) == 0;
}

Interruptible::~Interruptible() {
  if (!is_active_)
    return;
  sigaction(SIGINT, &pythons, nullptr);
  running = nullptr;
}

bool Interruptible::was_interrupted() {
  return is_main_thread() && interrupted;
}

} // namespace landfall::python
