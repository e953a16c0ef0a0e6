//===- card_line.h - Between a card and its host ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A card and its host share the card's DRAM (a memory file) and a line: a pair
// of connected sequenced-packet sockets. Bytes tell that there is something to
// read in DRAM; a closed line tells that the other side is gone, whatever the
// reason.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>

namespace landfall::reef {

/// Descriptors in a card's own process. The description is its argument.
inline constexpr int card_memory_descriptor = 3;
inline constexpr int card_line_descriptor = 4;

/// Host to card: any byte is the doorbell. Card to host: one of these.
struct CardMessage {
  enum Kind : uint32_t {
    signal, ///< The firmware asks for the host's attention.
    dead,   ///< The management core stopped at a fault; the line closes.
  };
  Kind kind = signal;
  uint32_t cause = 0; ///< FaultCause.
  uint64_t pc = 0;
  uint64_t address = 0;
};

} // namespace landfall::reef
