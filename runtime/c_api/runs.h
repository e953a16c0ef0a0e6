//===- runs.h - A run that is about to begin, in C --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/c_api/objects.h"

namespace landfall::c_api {

struct PreparedRun {
  lf_session *session;
  const EntryPoint *entry;
  std::vector<runtime::HostValue> inputs;
  runtime::RunOptions options;

  /// Runs, and fills in the statistics that the caller wants.
  Result<std::vector<runtime::HostValue>>
  perform(const lf_run_options *wanted) const;
};

/// Checks the arguments that all kinds of runs have; `options` may be null.
Result<PreparedRun> prepare(lf_session *session, const lf_run_options *options,
                            const lf_value *const *inputs, size_t count);

Status check_output_count(const EntryPoint &entry, size_t count);

} // namespace landfall::c_api
