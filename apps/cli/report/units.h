//===- units.h - Numbers for people ---------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace landfall::cli {

/// "12.3 us", "4.56 ms", "1.23 s".
std::string time_text(double ms);

/// "512 B", "1.5 MiB".
std::string bytes_text(uint64_t bytes);

/// The median of at least one value.
double median(std::vector<double> values);

} // namespace landfall::cli
