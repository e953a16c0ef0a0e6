//===- registers.h - Memory map and registers of the chip ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Shared by simulator, firmware and generated code; freestanding. Addresses are
// physical. Registers are accessed 64 bits at a time. Accesses to all other
// addresses fault, among them null pointers.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>

namespace landfall::reef {

inline constexpr uint64_t core_registers = 0x1000'0000;
inline constexpr uint64_t management_registers = 0x1100'0000;
inline constexpr uint64_t register_page_bytes = 0x1'0000;
inline constexpr uint64_t scratchpad_base = 0x2000'0000;
inline constexpr uint64_t dram_base = 0x8000'0000;

/// The size of a core's stack: kernels spill vectors to it, at most a few
/// hundred.
inline constexpr uint64_t vectors_on_stack = 512;
inline constexpr uint64_t stack_bytes_per_bit = vectors_on_stack / 8;
inline constexpr uint64_t min_stack_bytes = 64 << 10;
constexpr uint64_t stack_bytes(uint64_t vector_bits) {
  uint64_t wanted = vector_bits * stack_bytes_per_bit;
  return wanted > min_stack_bytes ? wanted : min_stack_bytes;
}
inline constexpr uint64_t max_stack_bytes = stack_bytes(4096);
/// The stack is at the end of the scratchpad, which is fast, if the scratchpad
/// is at least this many times as large; else it is in DRAM.
inline constexpr uint64_t stacks_in_scratchpad = 16;
constexpr uint64_t stack_in_scratchpad(uint64_t scratch_bytes,
                                       uint64_t vector_bits) {
  uint64_t bytes = stack_bytes(vector_bits);
  return scratch_bytes >= stacks_in_scratchpad * bytes ? bytes : 0;
}

/// A quarter of the scratchpad, less the stack, must hold a block of sums of
/// half-size tiles and this margin, which loads of whole vectors may read.
inline constexpr uint64_t block_margin_bytes = 4096;
/// Half of that must hold the shortest panel of bytes: this many rows of two
/// vector registers each (the steps of one instruction, and the data behind a
/// panel).
inline constexpr uint64_t min_byte_rows = 4 + 9;

/// Offsets from `core_registers`; each core accesses its own.
namespace core_register {
inline constexpr uint64_t hart_id = 0x00; ///< 0: management; 1..: cores.
inline constexpr uint64_t cores = 0x08;   ///< Compute cores of the chip.
inline constexpr uint64_t scratch_bytes = 0x10;
inline constexpr uint64_t cycle = 0x18;
inline constexpr uint64_t tile_edge = 0x20;
inline constexpr uint64_t vector_bits = 0x28;
inline constexpr uint64_t features = 0x30; ///< MatrixFeature bits.
inline constexpr uint64_t dram_bytes = 0x38;
/// A load blocks until there is mail, and removes it. Mail is never 0.
inline constexpr uint64_t mail_take = 0x40;
/// A store ends a work item: it sends the management core an event with the
/// stored value.
inline constexpr uint64_t mail_done = 0x48;
inline constexpr uint64_t dma_channels = 0x50;
inline constexpr uint64_t dma = 0x100; ///< Channel c: + c * dma_stride.
inline constexpr uint64_t dma_stride = 0x40;
} // namespace core_register

/// Offsets in a DMA channel. A transfer moves `rows` rows of `row_bytes` each.
namespace dma_register {
inline constexpr uint64_t source = 0x00;
inline constexpr uint64_t destination = 0x08;
inline constexpr uint64_t row_bytes = 0x10;
inline constexpr uint64_t rows = 0x18;
inline constexpr uint64_t source_stride = 0x20;
inline constexpr uint64_t destination_stride = 0x28;
/// A store queues the transfer; a load returns the ticket of the last one.
inline constexpr uint64_t start = 0x30;
/// A store of a ticket blocks until that transfer and all earlier ones are
/// done.
inline constexpr uint64_t wait = 0x38;
} // namespace dma_register

/// Offsets from `management_registers`, which only the management core has.
namespace management_register {
/// A load blocks until there is an event, and removes it (ChipEvent).
inline constexpr uint64_t event_take = 0x00;
inline constexpr uint64_t host_signal = 0x08; ///< A store interrupts the host.
/// A store of a core's number restarts it and discards its mail and events.
inline constexpr uint64_t core_reset = 0x10;
/// A store of an address writes the counters there (telemetry.h).
inline constexpr uint64_t telemetry = 0x18;
/// A store blocks until the clock is at a multiple of a fixed period, and then
/// empties all line buffers, so that measurements do not depend on earlier
/// work.
inline constexpr uint64_t align = 0x20;
inline constexpr uint64_t mail = 0x1000;       ///< Core c: + 8 * c.
inline constexpr uint64_t fault = 0x2000;      ///< Core c: + 64 * c.
inline constexpr uint64_t fault_stride = 0x40; ///< Loads: cause, pc, ...
/// 0 if the core has not stopped; then fault_pc is its current pc.
inline constexpr uint64_t fault_cause = 0x00;
inline constexpr uint64_t fault_pc = 0x08;
inline constexpr uint64_t fault_address = 0x10;
inline constexpr uint64_t fault_instruction = 0x18;
} // namespace management_register

/// Operand types that the chip's matrix unit supports.
enum MatrixFeature : uint64_t {
  matrix_f32 = 1,
  matrix_f16 = 2,
  matrix_i8 = 4,
  matrix_f8 = 8,
};

/// The value of `event_take`: the kind of event in bits 0 to 7, the core in
/// bits 8 to 31, and, for `done`, the low 32 bits of the stored value in bits
/// 32 to 63.
enum class ChipEvent : uint8_t {
  doorbell = 1, ///< The host has written to the command ring.
  done = 2,     ///< A core has ended its work item.
  fault = 3,    ///< A core has stopped; see its fault registers.
  tick = 4,     ///< A timer, every `tick_cycles` while cores work.
};
inline constexpr uint64_t tick_cycles = 100'000;

} // namespace landfall::reef
