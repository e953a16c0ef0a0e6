//===- input_check.h - Inputs against the signature ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/host_value.h"

namespace landfall::runtime {

/// Checks count, kinds, dtypes, ranks, fixed extents, that equal names have
/// equal extents, and that the bytes are as many as the shape says. The error
/// (invalid_argument) names the input, what was expected and what was given.
Status check_inputs(const EntryPoint &entry, std::span<const HostValue> inputs);

/// Checks the count alone, with the same error.
Status check_input_count(const EntryPoint &entry, size_t count);

/// "float32 1x3xHxW"; "a sequence" and so on for other kinds.
std::string signature_text(const SignatureValue &value);

} // namespace landfall::runtime
