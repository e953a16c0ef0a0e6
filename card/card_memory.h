//===- card_memory.h - The card's DRAM through the host's window * C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"

#include <cstdint>
#include <memory>
#include <span>

namespace landfall::card {

/// The card's DRAM: a memory file, mapped by host and card; its pages are
/// allocated on first access. It outlives the running card, so that its
/// contents survive a restart.
class CardMemory {
public:
  /// `first_address` is that of the first byte, as the card has it.
  static Result<std::unique_ptr<CardMemory>> create(uint64_t bytes,
                                                    uint64_t first_address);
  ~CardMemory();
  CardMemory(const CardMemory &) = delete;
  CardMemory &operator=(const CardMemory &) = delete;

  uint64_t bytes() const { return bytes_; }
  /// The address behind the last byte.
  uint64_t end() const { return first_address_ + bytes_; }
  std::span<uint8_t> contents() const { return {base_, bytes_}; }
  int descriptor() const { return descriptor_; }
  /// The host's pointer to a DRAM address.
  uint8_t *host(uint64_t address) const {
    return base_ + (address - first_address_);
  }
  template <typename T> T *at(uint64_t address) const {
    return reinterpret_cast<T *>(host(address));
  }

private:
  CardMemory(int descriptor, uint8_t *base, uint64_t bytes,
             uint64_t first_address)
      : descriptor_(descriptor), base_(base), bytes_(bytes),
        first_address_(first_address) {}

  int descriptor_;
  uint8_t *base_;
  uint64_t bytes_, first_address_;
};

} // namespace landfall::card
