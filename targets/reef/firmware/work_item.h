//===- work_item.h - Between management and compute cores ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/native_abi.h"

namespace landfall::reef {

using PlanFunction = void (*)(const int64_t *sizes, native::NativePlan *plan);
using RunFunction = int32_t (*)(const native::NativeCall *call);

/// One of a core's mails: a range of tasks. The first of a launch is planned by
/// the core that runs it. The core answers with what `run` returned;
/// `failed_value` is for then.
struct alignas(64) WorkItem {
  PlanFunction plan; ///< Null: `call` has its range.
  RunFunction run;
  uint64_t code_version;
  int64_t failed_value;
  native::NativePlan planned; ///< Once a core has planned.
  int64_t scratch_bytes;      ///< That a core has.
  int64_t cores;
  native::NativeCall call;
};

/// The answer of a core that has planned, and goes on with the first range.
inline constexpr int32_t has_planned = -1;

/// Tasks of a range: a core gets some ranges, which evens out unequal tasks.
inline int64_t range_of(int64_t tasks, int64_t cores) {
  constexpr int64_t ranges_per_core = 4;
  int64_t size = cores == 1 ? tasks : tasks / (cores * ranges_per_core);
  return size < 1 ? 1 : size;
}

/// Whether the planned tasks can run as they are.
inline bool can_run(const WorkItem &item) {
  return item.planned.tasks > 0 &&
         item.planned.scratch_bytes <= item.scratch_bytes;
}

} // namespace landfall::reef
