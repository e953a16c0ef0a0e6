//===- services.h - Functions for kernels ----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/native_abi.h"

namespace landfall::reef {

/// Double-precision functions in the slots of native::Service.
extern const native::NativeServices services;

} // namespace landfall::reef
