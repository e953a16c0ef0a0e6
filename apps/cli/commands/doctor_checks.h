//===- doctor_checks.h - What is checked of an installation -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "apps/cli/report/json.h"
#include "base/error.h"

#include <optional>
#include <string>
#include <vector>

namespace landfall::cli {

/// What one check found.
struct Finding {
  std::string subject; ///< "compiler", "device reef1".
  std::string text;    ///< One line for a person.
  Json data = Json::object();
  /// An optional part that is not here; not an error.
  bool is_missing = false;
  /// Why something that is here does not work.
  std::optional<Error> error = {};
};

/// Performs all checks, in an order where what one needs stands before it.
/// Takes about a second. `python` names an interpreter; empty: those that
/// other commands look for.
std::vector<Finding> check_installation(const std::string &python);

} // namespace landfall::cli
