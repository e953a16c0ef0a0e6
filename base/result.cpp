//===- result.cpp - Errors as values --------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/result.h"

namespace landfall {

MaybeError::MaybeError(Error error) : error_(new Error(std::move(error))) {}

MaybeError::MaybeError(const MaybeError &other)
    : error_(other.error_ ? new Error(*other.error_) : nullptr) {}

void MaybeError::release() { delete error_; }

} // namespace landfall
