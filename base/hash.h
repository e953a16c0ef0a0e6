//===- hash.h - A fast 64-bit hash of bytes --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Not cryptographic: for checksums and hash tables.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <span>

namespace landfall {

/// The same on every machine; stored in packages, so it never changes. Any
/// change within one aligned group of 8 bytes changes the result.
uint64_t hash_bytes(std::span<const uint8_t> bytes, uint64_t seed = 0);

} // namespace landfall
