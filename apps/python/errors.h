//===- errors.h - landfall.Error --------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <landfall/landfall.hpp>

#include <nanobind/nanobind.h>

namespace landfall::python {

/// Raises landfall.Error as what `error` says.
[[noreturn]] void raise(const lf::Error &error);

/// Calls `action`, which may throw lf::Error, with the GIL released.
template <typename Action> auto without_gil(const Action &action) {
  nanobind::gil_scoped_release release;
  return action();
}

} // namespace landfall::python
