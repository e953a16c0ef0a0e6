//===- chip_description.h - A generation of the chip as data ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// What differs between generations, and all that simulator, driver and code
// generator know about one. Files of `key = value` lines (../chips/*.chip),
// `#` begins a comment, every key stands once.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace landfall::reef {

struct ChipDescription {
  std::string name; ///< Letters, digits and '_': "reef2".
  uint32_t cores = 0;
  // A core: in order, `issue_width` instructions a cycle.
  uint32_t clock_mhz = 0;
  uint32_t issue_width = 0;
  uint32_t vector_bits = 0; ///< VLEN, and what the datapath does in a cycle.
  // Its matrix unit.
  uint32_t tile_edge = 0;    ///< Rows and columns of an accumulator tile.
  uint32_t matrix_queue = 0; ///< Operations that wait for the unit.
  uint32_t macs_f32 = 0;     ///< Multiply-adds a cycle.
  uint32_t macs_f16 = 0;     ///< Of fp16 and bf16, into fp32; 0: lacks them.
  uint32_t macs_i8 = 0;      ///< Into int32.
  uint32_t macs_f8 = 0;      ///< Into fp32; 0: lacks them.
  // Its own memory and what fills it.
  uint32_t scratchpad_kib = 0;
  uint32_t dma_channels = 0;
  uint32_t dma_bytes_per_cycle = 0; ///< A channel's.
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

/// Errors name the line: "my.chip:7: ...". `place` is the file's name in them.
Result<ChipDescription> parse_chip(std::string_view text,
                                   const std::string &place);
/// The text that `parse_chip` reads back.
std::string chip_text(const ChipDescription &chip);

/// A description that is part of the program.
struct BuiltInChip {
  std::string_view name; ///< Of the file, without ".chip".
  std::string_view text;
};
/// In the order of their names; generated from the folder `chips`.
std::span<const BuiltInChip> built_in_chips();
/// By the name of a built-in description, or from a file.
Result<ChipDescription> find_chip(std::string_view name);
Result<ChipDescription> read_chip(const std::string &path);

/// "simulated, 4 cores at 1 GHz, VLEN 512, ...".
std::string summary(const ChipDescription &chip);
/// The memory picture and the peaks, a line each.
std::vector<std::string> details(const ChipDescription &chip);

} // namespace landfall::reef
