//===- json.h - Reports for programs --------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/error.h"

#include <nlohmann/json.hpp>

namespace landfall::cli {

/// Members keep the order in which they are written.
using Json = nlohmann::ordered_json;

/// To standard output, indented. Infinity and NaN become null; bytes that are
/// not UTF-8 are replaced.
void print_json(const Json &json);

/// {"code", "message", "reason", "file", "node", "operator", "opset",
/// "enclosing", "fused_with", "sizes"}: what is not known is null.
Json error_json(const Error &error);

} // namespace landfall::cli
