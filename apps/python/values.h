//===- values.h - Values to and from Python ---------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <landfall/landfall.hpp>

#include <memory>
#include <nanobind/nanobind.h>
#include <vector>

namespace landfall::python {

/// A value that may view numpy arrays, and what keeps those alive. Both belong
/// to the thread that holds the GIL.
struct Argument {
  lf::Value value;
  std::vector<nanobind::object> owners;
};

/// numpy arrays (and what numpy makes arrays of) are tensors, lists and tuples
/// sequences, dicts maps, None is an absent optional. Throws lf::Error for
/// arrays of other types.
Argument from_python(nanobind::handle object);

/// Arrays view the value's own bytes, which they keep.
nanobind::object to_python(lf::Value value);

} // namespace landfall::python
