//===- chip_format.cpp - What a description of the chip says --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/chip/chip_description.h"
#include "targets/reef/chip/registers.h"

#include <fmt/format.h>

namespace landfall::reef {

namespace {

constexpr chip_file::Field<ChipDescription> fields[] = {
#define CHIP_FIELD(key, smallest, largest, ...)                                \
  {{#key, smallest, largest, __VA_ARGS__}, &ChipDescription::key},
#include "targets/reef/chip/chip_field.def"
};

/// Why simulator, firmware and kernels could not work with the chip.
std::string conflict(const ChipDescription &chip) {
  // An operand row of a tile is at most eight vector registers (LMUL 8).
  if (chip.tile_edge * 32 > chip.vector_bits * 8)
    return fmt::format(
        "a row of {} fp32 values (tile_edge) does not fit eight "
        "registers of {} bits (vector_bits); widen vector_bits or "
        "shorten tile_edge",
        chip.tile_edge, chip.vector_bits);
  uint64_t scratchpad = chip.scratchpad_bytes();
  uint64_t taken =
      block_margin_bytes + stack_in_scratchpad(scratchpad, chip.vector_bits);
  uint64_t block = uint64_t(chip.tile_edge) * chip.tile_edge * 4;
  if (block + taken > scratchpad / 4)
    return fmt::format(
        "{} x {} sums (tile_edge) and {} bytes more do not fit a "
        "quarter of {} KiB (scratchpad_kib); widen scratchpad_kib or "
        "shorten tile_edge",
        chip.tile_edge, chip.tile_edge, taken, chip.scratchpad_kib);
  uint64_t panel = min_byte_rows * chip.vector_bits / 4;
  if (2 * panel + block_margin_bytes > scratchpad / 4)
    return fmt::format(
        "{} rows of two registers (vector_bits) do not fit a quarter "
        "of {} KiB (scratchpad_kib); widen scratchpad_kib or narrow "
        "vector_bits",
        2 * min_byte_rows, chip.scratchpad_kib);
  return {};
}

} // namespace

constinit const chip_file::Format<ChipDescription> chip_format = {
    fields, built_in_chips, conflict};

} // namespace landfall::reef
