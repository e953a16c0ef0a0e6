//===- chip_description.h - A generation of the chip as data ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The parameters in which generations of the chip differ: all that simulator,
// driver and code generator know about one. Files: ../chips/*.chip; their keys:
// chip_field.def.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "chip_file/chip_file.h"

namespace landfall::reef {

struct ChipDescription {
  std::string name; ///< Letters, digits and '_': "reef2".
  uint32_t cores = 0;
  // A core: in order, `issue_width` instructions a cycle.
  uint32_t clock_mhz = 0;
  uint32_t issue_width = 0;
  uint32_t vector_bits = 0; ///< VLEN, and the width of the vector datapath.
  // Its matrix unit.
  uint32_t tile_edge = 0;    ///< Rows and columns of an accumulator tile.
  uint32_t matrix_queue = 0; ///< The most operations that wait for the unit.
  // Multiply-adds per cycle, by operand type.
  uint32_t macs_f32 = 0;
  uint32_t macs_f16 = 0; ///< fp16 and bf16, sums in fp32; 0: not supported.
  uint32_t macs_i8 = 0;  ///< Sums in int32.
  uint32_t macs_f8 = 0;  ///< fp8, sums in fp32; 0: not supported.
  // Its scratchpad and DMA engine.
  uint32_t scratchpad_kib = 0;
  uint32_t dma_channels = 0;
  uint32_t dma_bytes_per_cycle = 0; ///< Per channel.
  // The memory that all cores share.
  uint32_t dram_mib = 0;
  uint32_t dram_gb_per_s = 0;
  uint32_t dram_latency_ns = 0;

  uint64_t scratchpad_bytes() const { return uint64_t(scratchpad_kib) << 10; }
  uint64_t dram_bytes() const { return uint64_t(dram_mib) << 20; }
  uint64_t dram_latency_cycles() const {
    return uint64_t(dram_latency_ns) * clock_mhz / 1000;
  }
};

/// The built-in descriptions, generated from the folder `chips`.
std::span<const chip_file::BuiltInChip> built_in_chips();
/// Reads and writes descriptions, refuses impossible ones.
extern const chip_file::Format<ChipDescription> chip_format;

/// "simulated, 4 cores at 1 GHz, VLEN 512, ...".
std::string summary(const ChipDescription &chip);
/// Memory sizes, bandwidths and peak rates, one line each.
std::vector<std::string> details(const ChipDescription &chip);

} // namespace landfall::reef
