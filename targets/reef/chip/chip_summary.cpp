//===- chip_summary.cpp - A chip in words and numbers ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/chip/chip_description.h"

#include <fmt/format.h>

namespace landfall::reef {

namespace {

/// Of all cores together; a multiply-add counts twice.
std::string peak(const ChipDescription &chip, uint32_t macs,
                 std::string_view what, std::string_view unit) {
  if (macs == 0)
    return fmt::format("{} none", what);
  double rate = 2.0 * macs * chip.cores * chip.clock_mhz * 1e6;
  return fmt::format("{} {:.4g} T{}", what, rate / 1e12, unit);
}

} // namespace

std::string summary(const ChipDescription &chip) {
  return fmt::format("simulated, {} RISC-V core{} at {:g} GHz, VLEN {}, "
                     "{}x{} matrix tiles",
                     chip.cores, chip.cores == 1 ? "" : "s",
                     chip.clock_mhz / 1e3, chip.vector_bits, chip.tile_edge,
                     chip.tile_edge);
}

std::vector<std::string> details(const ChipDescription &chip) {
  double dma =
      double(chip.dma_bytes_per_cycle) * chip.dma_channels * chip.clock_mhz;
  double vector = 2.0 * chip.vector_bits / 8 * chip.clock_mhz;
  return {fmt::format(
              "memory: DRAM {} at {} GB/s, {} ns; a core: scratchpad {} "
              "at {:g} GB/s, {} DMA channel{} with {:g} GB/s",
              chip_file::memory_text(uint64_t(chip.dram_mib) << 10),
              chip.dram_gb_per_s, chip.dram_latency_ns,
              chip_file::memory_text(chip.scratchpad_kib), vector / 1e3,
              chip.dma_channels, chip.dma_channels == 1 ? "" : "s", dma / 1e3),
          fmt::format("peaks: {}, {}, {}, {}",
                      peak(chip, chip.macs_f32, "fp32", "FLOPS"),
                      peak(chip, chip.macs_f16, "bf16/fp16", "FLOPS"),
                      peak(chip, chip.macs_f8, "fp8", "FLOPS"),
                      peak(chip, chip.macs_i8, "int8", "OPS"))};
}

} // namespace landfall::reef
