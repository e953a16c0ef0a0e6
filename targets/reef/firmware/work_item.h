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

/// One of a core's mails: tasks of a launch, or its plan. The core answers with
/// what `run` returned; `failed_value` and `planned` are for then.
struct alignas(64) WorkItem {
  RunFunction run;   ///< Null: plan.
  PlanFunction plan; ///< Null: run.
  uint64_t code_version;
  int64_t failed_value;
  native::NativePlan planned;
  native::NativeCall call;
};

} // namespace landfall::reef
