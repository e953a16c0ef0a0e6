//===- services.h - Functions for generated code ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/native_abi.h"

namespace landfall::cpu {

/// The C library's double-precision functions, in the slots of
/// `Service`.
const NativeServices &services();

} // namespace landfall::cpu
