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

/// The entry point of this name that the inputs fit, the first one preferred;
/// the error is that of check_inputs for the last, which takes most.
Result<const EntryPoint *> choose_entry(const Program &program,
                                        const std::string &name,
                                        std::span<const HostValue> inputs);

/// Checks the count alone, with the same error. The last inputs may be left out
/// if they have default values.
Status check_input_count(const EntryPoint &entry, size_t count);

/// "float32 1x3xHxW"; "a sequence" and so on for other kinds.
std::string signature_text(const SignatureValue &value);

} // namespace landfall::runtime
