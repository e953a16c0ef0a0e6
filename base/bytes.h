//===- bytes.h - Shared read-only bytes ------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace landfall {

/// Read-only bytes and whatever keeps them alive (a mapping, a vector).
struct Bytes {
  std::shared_ptr<const void> owner;
  std::span<const uint8_t> data;
};

/// Takes the vector over.
inline Bytes share_bytes(std::vector<uint8_t> bytes) {
  auto owner = std::make_shared<const std::vector<uint8_t>>(std::move(bytes));
  std::span<const uint8_t> data = *owner;
  return {std::move(owner), data};
}

} // namespace landfall
