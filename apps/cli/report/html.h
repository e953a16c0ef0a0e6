//===- html.h - Reports as pages for a browser -----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "apps/cli/report/json.h"
#include "base/result.h"

#include <string>

namespace landfall::cli {

/// Writes a page of its own, without links to anything: report/page.html with
/// the report in it. `report` is what --json gives, to which "command" and
/// "model" are added here.
Status write_html(const std::string &path, const std::string &command,
                  const std::string &model, Json report);

} // namespace landfall::cli
