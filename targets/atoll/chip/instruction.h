//===- instruction.h - Atoll's instructions --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The encoding: 32 bytes each, little-endian, at multiples of 32 in DRAM.
// docs/atoll_isa.md says what they do.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>

namespace landfall::atoll {

/// Queues 0 to 4 are those of tile::Queue. The control unit, which has no
/// number, fetches instructions and keeps the registers.
inline constexpr uint8_t queue_count = 5;
inline constexpr uint32_t flag_limit = 15;
/// Each queue has so many registers of dimensions, the first one the outermost.
inline constexpr int dimension_registers = 4;
/// Each core has so many registers of DRAM addresses.
inline constexpr uint32_t address_registers = 256;

enum class Opcode : uint8_t {
  dimension, ///< Control unit: sets count and strides of a register.
  padding,   ///< Control unit: sets before and after of a register.
  load,
  gather,
  store,
  move,
  fill,
  multiply,
  vector,
  reduce,
  ramp,
  set,
  wait,
  count
};

struct Instruction {
  Opcode opcode = Opcode::dimension;
  uint8_t queue = 0; ///< The queue that executes it, or whose register it sets.
  /// Dimensions used; dimension, padding: the register's number; set, wait: the
  /// other queue.
  uint8_t rank = 0;
  /// vector, reduce: a ScalarOp; multiply: the product's number, from
  /// `adds_bit` on if it adds; copies: bytes of an element.
  uint8_t operation = 0;
  uint8_t type = 0;   ///< DType of sources; copies within a core: source space.
  uint8_t result = 0; ///< DType of the result; loads, copies: its space.
  uint16_t address = 0; ///< Number of an address register.
  /// Bytes from the address; fill: bits; ramp: first; dimension: stride 0.
  int64_t wide = 0;
  /// Offsets in on-chip memory: the destination's, then those of sources.
  /// dimension: strides 1 to 3, count; padding: before, after.
  int32_t places[4] = {};
};
static_assert(sizeof(Instruction) == 32);

inline constexpr uint8_t adds_bit = 0x80;

} // namespace landfall::atoll
