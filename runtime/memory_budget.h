//===- memory_budget.h - The memory that a run may use ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"

#include <atomic>
#include <memory>

namespace landfall::runtime {

/// Counts the bytes that a run holds, and refuses those above a limit.
/// Thread-safe: a result may be freed on any thread, also after the run.
class MemoryBudget : public std::enable_shared_from_this<MemoryBudget> {
public:
  explicit MemoryBudget(size_t limit) : limit_(limit) {}

  /// Counts bytes that are about to be allocated. Fails with `out_of_memory` if
  /// they exceed the limit together with those counted so far.
  Status take(size_t bytes);
  void give_back(size_t bytes) { used_ -= bytes; }

  /// The same owner; bytes counted by `take` are given back with its last copy.
  template <typename T>
  std::shared_ptr<T> hold(std::shared_ptr<T> owner, size_t bytes) {
    T *owned = owner.get();
    return {owned, [budget = shared_from_this(), owner = std::move(owner),
                    bytes](T *) mutable {
              owner.reset();
              budget->give_back(bytes);
            }};
  }

private:
  const size_t limit_;
  std::atomic<size_t> used_ = 0;
};

} // namespace landfall::runtime
