//===- llvm_thread.h - LLVM where there may be no memory --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/expendable_thread.h"

#include "llvm/Support/TimeProfiler.h"

#include <utility>

namespace landfall::native {

/// Runs LLVM's and lld's code, which is given up where it finds no memory.
class LlvmThread {
public:
  /// Starts the thread; the first call of run() does, too. glibc ends the
  /// process where a thread's first use of a library's thread-local variables
  /// finds no memory, so that should be while nothing else asks for any.
  void begin() {
    if (!std::exchange(has_begun_, true))
      thread_.run([] { (void)llvm::getTimeTraceProfilerInstance(); });
  }

  /// As ExpendableThread::run.
  template <typename Body> void run(Body &&body) {
    begin();
    thread_.run(std::forward<Body>(body));
  }

  bool is_lost() const { return thread_.is_lost(); }

private:
  ExpendableThread thread_;
  bool has_begun_ = false;
};

} // namespace landfall::native
