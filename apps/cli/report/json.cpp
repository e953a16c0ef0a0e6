//===- json.cpp - Reports for programs ------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/report/json.h"

#include <cstdio>
#include <fmt/format.h>

namespace landfall::cli {

void print_json(const Json &json) {
  fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
}

} // namespace landfall::cli
