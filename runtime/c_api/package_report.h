//===- package_report.h - What is in a package, as text ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/package.h"

namespace landfall::c_api {

/// The JSON object that lf_package_describe gives for "summary".
std::string package_summary(const Package &package);

/// All kernels' descriptions, printed.
std::string kernels_text(const Package &package);

} // namespace landfall::c_api
