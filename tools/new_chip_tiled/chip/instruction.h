//===- instruction.h - Newchip's instructions ------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The encoding, little-endian: one instruction for each call of the tiler, with
// all that the call says. Replace it by your chip's own.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/dtype.h"

#include <cstdint>

namespace landfall::newchip {

/// Queues have the numbers of tile::Queue.
inline constexpr uint8_t queue_count = 5;
inline constexpr uint32_t flag_limit = 15;
inline constexpr uint32_t max_rank = 4;
/// A launch sets so many registers of DRAM addresses: operands of kernels.
inline constexpr uint32_t address_registers = 256;

enum class Opcode : uint8_t {
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

/// One dimension, outermost first; strides in bytes, the destination's first.
struct Dimension {
  int64_t count = 1;
  int64_t strides[4] = {};
  int64_t before = 0, after = 0; ///< Zeros around what is loaded.
};

struct Instruction {
  Opcode opcode = Opcode::load;
  uint8_t queue = 0;     ///< Which executes it.
  uint8_t rank = 0;      ///< Dimensions used; set, wait: the other queue.
  uint8_t adds = 0;      ///< multiply: to what is in the accumulators.
  uint8_t operation = 0; ///< vector, reduce: a ScalarOp.
  uint8_t type = 0;      ///< DType of sources; copies: the source's space.
  uint8_t result = 0;    ///< DType of the result; copies: its space.
  uint8_t right = 0;     ///< multiply: DType of the right operand.
  uint32_t operand = 0;  ///< Number of the DRAM address.
  uint32_t element_bytes = 0;
  int64_t wide = 0;       ///< Bytes from that address; fill: bits; ramp: first.
  int64_t places[4] = {}; ///< On-chip offsets, the destination's first.
  Dimension dimensions[max_rank];
};
static_assert(sizeof(Instruction) == 280);

/// Cycles of the matrix unit for one block of matrix_edge in each dimension.
constexpr uint32_t block_cycles(DType left) {
  return left == DType::f32 ? 4 : 1;
}

} // namespace landfall::newchip
