//===- card_line.h - Between a card and its host ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A simulated card and its host share the card's DRAM (a memory file) and a
// "line", a pair of connected SOCK_SEQPACKET sockets. A packet announces that
// there is something to read in DRAM; a closed line means that the other side
// has ended, for whatever reason.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>

namespace landfall::ring {

/// File descriptors that a card's own process inherits. The chip description is
/// its command-line argument.
inline constexpr int card_memory_descriptor = 3;
inline constexpr int card_line_descriptor = 4;

/// Host to card: any byte is the doorbell. Card to host: one of these.
struct CardMessage {
  enum Kind : uint32_t {
    signal, ///< What serves the rings interrupts the host.
    dead,   ///< It stopped at a fault; the line closes.
  };
  Kind kind = signal;
  uint32_t cause = 0; ///< The chip's.
  uint64_t pc = 0;
  uint64_t address = 0;
};

} // namespace landfall::ring
