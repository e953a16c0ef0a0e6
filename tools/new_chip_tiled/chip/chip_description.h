//===- chip_description.h - A generation of newchip as data ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The parameters in which generations of the chip differ. Files:
// ../chips/*.chip.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "chip_file/chip_file.h"
#include "tile/capabilities.h"

namespace landfall::newchip {

struct ChipDescription {
  std::string name;
  uint32_t cores = 0;
  uint32_t clock_mhz = 0;
  uint32_t matrix_edge = 0;  ///< Rows, columns and depth of one operation.
  uint32_t vector_bytes = 0; ///< The vector unit's operands, per cycle.
  // Memories of a core, by their use (tile::Space).
  uint32_t vector_kib = 0;
  uint32_t staging_kib = 0;
  uint32_t operand_kib = 0; ///< Of each operand of the matrix unit.
  uint32_t sums_kib = 0;
  uint32_t dma_bytes_per_cycle = 0; ///< Per direction.
  uint32_t move_bytes_per_cycle = 0;
  uint32_t queue_depth = 0; ///< Instructions that wait in front of a queue.
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

} // namespace landfall::newchip
