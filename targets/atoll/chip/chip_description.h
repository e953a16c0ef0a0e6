//===- chip_description.h - A generation of atoll as data ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The parameters in which generations of the chip differ. Files:
// ../chips/*.chip; docs/atoll_isa.md describes the chip.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "chip_file/chip_file.h"
#include "tile/capabilities.h"

namespace landfall::atoll {

struct ChipDescription {
  std::string name;
  uint32_t cores = 0;
  uint32_t clock_mhz = 0;
  uint32_t matrix_edge = 0;  ///< Rows, columns and depth of one operation.
  uint32_t vector_bytes = 0; ///< The vector unit's operands, per cycle.
  // Memories of a core.
  uint32_t l1_kib = 0;
  uint32_t l0a_kib = 0;
  uint32_t l0b_kib = 0;
  uint32_t l0c_kib = 0;
  uint32_t vector_kib = 0;
  uint32_t dma_bytes_per_cycle = 0; ///< Per direction.
  uint32_t move_bytes_per_cycle = 0;
  uint32_t stream_limit = 0; ///< The most instructions of a core in a launch.
  uint32_t queue_depth = 0;  ///< Instructions that wait in front of a queue.
  // The memory that all cores share.
  uint32_t dram_mib = 0;
  uint32_t dram_gb_per_s = 0;
  uint32_t dram_latency_ns = 0;

  uint64_t dram_bytes() const { return uint64_t(dram_mib) << 20; }
  uint64_t dram_latency_cycles() const {
    return uint64_t(dram_latency_ns) * clock_mhz / 1000;
  }
};

/// The built-in descriptions, generated from the folder `chips`.
std::span<const chip_file::BuiltInChip> built_in_chips();
extern const chip_file::Format<ChipDescription> chip_format;

/// What the tiler may use of the chip.
tile::Capabilities capabilities(const ChipDescription &chip);
/// Cycles for one block of matrix_edge in each dimension.
uint32_t block_cycles(const tile::MatrixProduct &product);

} // namespace landfall::atoll
