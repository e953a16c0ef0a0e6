//===- core_page.cpp - Emulation of a core's registers --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/test/kernel_runner/core_page.h"

#include "targets/reef/chip/registers.h"
#include "targets/reef/test/kernel_runner/signals.h"

namespace landfall::reef::runner {

namespace {

struct State {
  Chip chip;
  uint64_t dma[8]; ///< Of the first channel; `start` counts tickets.
};
State state;

void transfer() {
  auto at = [](uint64_t offset) { return state.dma[offset / 8]; };
  auto *source = reinterpret_cast<const uint8_t *>(at(dma_register::source));
  auto *to = reinterpret_cast<uint8_t *>(at(dma_register::destination));
  for (uint64_t row = 0; row < at(dma_register::rows); ++row) {
    __builtin_memcpy(to, source, at(dma_register::row_bytes));
    source += at(dma_register::source_stride);
    to += at(dma_register::destination_stride);
  }
}

uint64_t read(uint64_t offset) {
  switch (offset) {
  case core_register::cores:
    return state.chip.cores;
  case core_register::scratch_bytes:
    return state.chip.scratch_bytes;
  case core_register::tile_edge:
    return state.chip.edge;
  case core_register::vector_bits:
    return state.chip.vector_bits;
  case core_register::dma_channels:
    return 1;
  case core_register::features: // matrix_emulation.h
    return matrix_f32 | matrix_i8;
  case core_register::dma + dma_register::start:
    return state.dma[dma_register::start / 8];
  }
  leave(static_cast<int>(Failure::memory));
}

void write(uint64_t offset, uint64_t value) {
  uint64_t in_channel = offset - core_register::dma;
  require(in_channel < core_register::dma_stride, Failure::memory);
  uint64_t &started = state.dma[dma_register::start / 8];
  if (in_channel == dma_register::wait) {
    require(value <= started, Failure::memory);
  } else if (in_channel == dma_register::start) {
    ++started;
    transfer();
  } else {
    state.dma[in_channel / 8] = value;
  }
}

/// Carries out the load or store of 64 bits at the program counter.
void on_access(uint64_t *x, uint64_t address) {
  uint64_t offset = address - core_registers;
  require(offset < register_page_bytes, Failure::memory);
  uint32_t word;
  __builtin_memcpy(&word, reinterpret_cast<const void *>(x[0]), sizeof(word));
  bool is_short = (word & 3) != 3;
  uint32_t short_register = 8 + (word >> 2 & 7);
  uint64_t zero = 0;
  auto at = [&](uint32_t number) -> uint64_t & {
    return number ? x[number] : zero;
  };
  if ((word & 0x707f) == 0x3003) // ld
    at(word >> 7 & 31) = read(offset);
  else if ((word & 0x707f) == 0x3023) // sd
    write(offset, at(word >> 20 & 31));
  else if ((word & 0xe003) == 0x6000) // c.ld
    at(short_register) = read(offset);
  else if ((word & 0xe003) == 0xe000) // c.sd
    write(offset, at(short_register));
  else
    leave(static_cast<int>(Failure::instruction));
  x[0] += is_short ? 2 : 4;
}

} // namespace

void install_core_page(const Chip &chip) {
  state.chip = chip;
  map_pages(register_page_bytes, no_access, core_registers);
  handle<on_access>(Signal::segmentation_fault);
}

} // namespace landfall::reef::runner
