//===- card_program.h - A simulated card as a thread or program * C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The card's end of what it has in common with its host: DRAM and the line
// (ring/card_line.h).
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"
#include "ring/card_line.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace landfall::sim_kit {

/// Simulates the card of a chip that `description` describes, on this thread,
/// until the host closes its end of `line` or the card cannot go on. `dram` is
/// all of its memory. Fails on a description that is none, or that `dram` does
/// not belong to.
using RunCard = Status (*)(std::string_view description,
                           std::span<uint8_t> dram, int line);

/// `main` of a card in a process of its own: its arguments are a description,
/// its descriptors those of ring/card_line.h. The exit status is 0 when the
/// host has ended, 2 if the card could not begin.
int card_main(std::span<char *> arguments, RunCard run);

void send_message(int line, const ring::CardMessage &message);
/// Whether the host has closed the line.
bool host_is_gone(int line);
/// Waits for a doorbell and takes all pending ones. False: the host has closed
/// the line.
bool wait_for_doorbell(int line);

} // namespace landfall::sim_kit
