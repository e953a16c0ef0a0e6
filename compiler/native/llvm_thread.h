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
  /// As ExpendableThread::run.
  template <typename Body> void run(Body &&body) {
    if (!std::exchange(has_begun_, true))
      // glibc ends the process where a thread's first use of a library's
      // thread-local variables finds no memory: not later than this.
      thread_.run([] { (void)llvm::getTimeTraceProfilerInstance(); });
    thread_.run(std::forward<Body>(body));
  }
  bool is_lost() const { return thread_.is_lost(); }

private:
  ExpendableThread thread_;
  bool has_begun_ = false;
};

} // namespace landfall::native
