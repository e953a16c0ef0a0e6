//===- attempt.h - Landfall's exceptions as results -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"

#include <landfall/landfall.hpp>

namespace landfall::cli {

/// What the library says, as an error of this program.
Error error_from(const lf::Error &error);

/// Calls `action`, which uses the library, and gives what it gives.
template <typename Action>
auto attempt(const Action &action) -> Result<decltype(action())> {
  try {
    if constexpr (std::is_void_v<decltype(action())>) {
      action();
      return {};
    } else {
      return action();
    }
  } catch (const lf::Error &error) {
    return error_from(error);
  }
}

} // namespace landfall::cli
