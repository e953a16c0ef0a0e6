//===- tensors.h - Tensors of other libraries -------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "apps/python/values.h"

namespace landfall::python {

/// A tensor in the host's memory, of any library that speaks DLPack, or an
/// integer, which is an int64 of rank 0. Dense row-major tensors are read in
/// place, others are copied. Throws lf::Error for element types that Landfall
/// has not and for tensors that are elsewhere.
Argument from_tensor(nanobind::handle object);

/// A torch.Tensor over the value's own bytes, which it keeps. Throws lf::Error
/// for what is no tensor of numbers.
nanobind::object to_torch(lf::Value value);

} // namespace landfall::python
