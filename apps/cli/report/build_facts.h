//===- build_facts.h - How this program was built --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "apps/cli/report/json.h"

#include <string>

namespace landfall::cli {

/// A line "landfall 0.1.0", and below it a line for each fact: the library
/// that runs packages, the compiler that built this program and how, the C
/// library, the devices. Each ends with a line end.
std::string build_facts_text();

/// {"version", "library", "built_with", "optimised", "processor", "c_library",
/// "devices"}.
Json build_facts_json();

} // namespace landfall::cli
