//===- profile.h - Where the time of runs goes, as JSON ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/c_api/runs.h"

namespace landfall::c_api {

/// Runs `repeat` times; what lf_session_profile gives.
Result<std::string> profile(PreparedRun &run, int repeat);

} // namespace landfall::c_api
