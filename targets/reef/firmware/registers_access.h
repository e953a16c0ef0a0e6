//===- registers_access.h - Firmware reads and writes registers * C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/reef/chip/registers.h"

namespace landfall::reef {

inline uint64_t load_register(uint64_t address) {
  return *reinterpret_cast<volatile uint64_t *>(address);
}
inline void store_register(uint64_t address, uint64_t value) {
  *reinterpret_cast<volatile uint64_t *>(address) = value;
}
inline uint64_t load_own(uint64_t offset) {
  return load_register(core_registers + offset);
}

/// Prefetches a line of DRAM.
inline void fetch(const void *address) {
  (void)*static_cast<const volatile uint64_t *>(address);
}

/// A full memory fence.
inline void order() { asm volatile("fence rw, rw" ::: "memory"); }

} // namespace landfall::reef
