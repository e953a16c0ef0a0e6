//===- values.h - Host values to and from Python ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/host_value.h"

#include <nanobind/nanobind.h>

namespace landfall::python {

/// A Python value (array, scalar, list, dict, None) as a host value. Arrays are
/// copied only if they are not contiguous or packed otherwise.
Result<runtime::HostValue> from_python(nanobind::handle value);

/// Arrays share the tensor's memory; it lives as long as the array.
nanobind::object to_python(const runtime::HostValue &value);

} // namespace landfall::python
