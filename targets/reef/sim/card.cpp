//===- card.cpp - A chip on a card ----------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/sim/card.h"
#include "targets/reef/chip/card_line.h"
#include "targets/reef/sim/chip.h"

#include <cerrno>
#include <poll.h>
#include <sys/socket.h>

namespace landfall::reef::sim {

namespace {

/// Simulation steps between checks that the host is still connected.
constexpr uint64_t steps_between_looks = 256;

void send_message(int line, const CardMessage &message) {
  // If the line is full, the host has messages to read anyway.
  (void)send(line, &message, sizeof(message), MSG_NOSIGNAL | MSG_DONTWAIT);
}

bool host_is_gone(int line) {
  pollfd look = {line, POLLRDHUP, 0};
  return poll(&look, 1, 0) > 0;
}

/// Waits for a doorbell and reads all pending ones. False: the host has closed
/// the line.
bool wait_for_doorbell(int line) {
  pollfd look = {line, POLLIN, 0};
  while (poll(&look, 1, -1) < 0)
    if (errno != EINTR)
      return false;
  char byte;
  ssize_t got = recv(line, &byte, 1, 0);
  while (got > 0)
    if (recv(line, &byte, 1, MSG_DONTWAIT) <= 0)
      return true;
  return false;
}

} // namespace

void run_card(const ChipDescription &description, uint8_t *dram, int line) {
  Chip chip(description, dram, [line] { send_message(line, {}); });
  for (uint64_t steps = 0;; ++steps) {
    switch (chip.step()) {
    case Chip::Progress::ran:
      if (steps % steps_between_looks == 0 && host_is_gone(line))
        return;
      break;
    case Chip::Progress::idle:
      if (!wait_for_doorbell(line))
        return;
      chip.doorbell();
      break;
    case Chip::Progress::dead: {
      riscv::Fault fault = chip.fault(0);
      send_message(line, {CardMessage::dead, static_cast<uint32_t>(fault.cause),
                          fault.pc, fault.address});
      return;
    }
    }
  }
}

} // namespace landfall::reef::sim
