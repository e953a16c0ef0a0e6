//===- interrupt.h - Ctrl-C during a run ------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <landfall/landfall.hpp>

#include <csignal>

namespace landfall::python {

/// While it lives, Ctrl-C cancels the session's run, and Python hears of it as
/// ever. Does something only on the main thread, to which Python gives signals,
/// and where Python handles this one.
class Interruptible {
public:
  explicit Interruptible(lf_session *session);
  ~Interruptible() { restore(); }
  Interruptible(const Interruptible &) = delete;
  Interruptible &operator=(const Interruptible &) = delete;

  /// Whether Ctrl-C came: runs that have not begun shall not.
  static bool was_interrupted();

private:
  void restore();

  bool is_active_ = false;
};

} // namespace landfall::python
