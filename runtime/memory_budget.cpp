//===- memory_budget.cpp - The memory that a run may use ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/memory_budget.h"

#include <algorithm>
#include <limits>

namespace landfall::runtime {

Status MemoryBudget::take(size_t bytes) {
  size_t used = used_.load();
  do {
    if (used > limit_ || bytes > limit_ - used) {
      constexpr uint64_t most = std::numeric_limits<int64_t>::max();
      auto shown = [&](uint64_t number) {
        return static_cast<int64_t>(std::min(number, most));
      };
      return Error{ErrorCode::out_of_memory,
                   "the run needs more memory than its limit allows; raise the "
                   "memory limit, or give it smaller inputs",
                   {},
                   {{"bytes in use", shown(used)},
                    {"bytes needed", shown(bytes)},
                    {"memory limit", shown(limit_)}}};
    }
  } while (!used_.compare_exchange_weak(used, used + bytes));
  return {};
}

} // namespace landfall::runtime
