//===- protocol.h - Between a driver and what serves its rings -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Data structures in a card's DRAM, which the host maps: control words, the
// ring of commands, the ring of completions (docs/card.md). The same for
// firmware on a chip and for simulated cards. Freestanding; every field has its
// natural alignment.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>

namespace landfall::ring {

inline constexpr uint64_t ring_entries = 256;
inline constexpr uint32_t queue_limit = 256;

/// Words that the other side polls, each in a DRAM line of its own. Counts
/// never wrap.
struct Control {
  alignas(64) uint64_t command_tail;    ///< Host: commands written so far.
  alignas(64) uint64_t completion_tail; ///< Card: completions written so far.
  alignas(64) uint64_t heartbeat;       ///< Card: changes while it runs.
  /// Card: a RingDamage once it has read what the host cannot have written.
  /// It executes nothing of that.
  alignas(64) uint64_t damage;
  /// Host: nobody reads the results of a queue's commands with lower sequence
  /// numbers. A card may end them early, as `skipped`.
  alignas(64) uint64_t unwanted_below[queue_limit];
};

enum RingDamage : uint64_t {
  no_damage = 0,
  damaged_tail = 1,    ///< More commands than the ring has entries.
  damaged_command = 2, ///< A wrong sequence number or checksum.
};

/// Where the parts lie, in bytes from the control words on.
inline constexpr uint64_t commands_offset = 0x1000;
inline constexpr uint64_t completions_offset = 0x9000;
inline constexpr uint64_t rings_bytes = 0xd000; ///< Of all three.
static_assert(sizeof(Control) <= commands_offset);

enum class Operation : uint16_t {
  none = 0,    ///< No command: refused, as unknown operations are.
  barrier = 1, ///< Completes when all earlier commands have.
  launch = 2,  ///< `address`: the chip's record of a launch.
  copy = 3,    ///< `bytes` from `source` to `address`, both in the heap.
  revive = 4,  ///< Clears the queue's failure: commands execute again.
  count = 5,   ///< Writes the chip's counters to `address`; the completion's
               ///< `value`: cycles that commands took so far.
};

/// Entry `sequence % ring_entries` of the command ring.
struct Command {
  uint64_t sequence; ///< Counts from 0.
  Operation operation;
  uint16_t queue; ///< Below queue_limit. After a failure, the card skips the
                  ///< queue's commands until `revive`.
  uint32_t reserved;
  uint64_t address;
  uint64_t source;
  uint64_t bytes;
  uint64_t unused[2];
  uint64_t check; ///< `checksum` of the other fields.
};
static_assert(sizeof(Command) == 64);
static_assert(commands_offset + ring_entries * sizeof(Command) <=
              completions_offset);

enum class CommandStatus : uint32_t {
  ok = 0,
  skipped = 1,       ///< An earlier command of its queue failed.
  check_failed = 2,  ///< Check number `detail`, with `value`.
  needs_scratch = 3, ///< `value`: bytes needed per core; nothing has run.
  fault = 4,         ///< `core` stopped: `detail` is the chip's cause.
  bad_command = 5,   ///< `detail`: which field (BadField).
  timed_out = 6,     ///< The cycle limit was exceeded; `core` was at `pc`.
};

enum BadField : uint32_t {
  bad_operation = 2,
  bad_queue = 3,
  bad_address = 4,
  bad_record = 5, ///< An address in the launch record.
};

/// Entry `sequence % ring_entries` of the completion ring. Completions are in
/// the order of the commands.
struct Completion {
  uint32_t sequence; ///< The low bits of the command's.
  uint32_t check;    ///< `checksum` of the other fields.
  CommandStatus status;
  uint32_t detail;
  int64_t value;
  uint32_t core;
  uint32_t instruction; ///< Fault: the encoding.
  uint64_t pc;
  uint64_t address; ///< Fault: the address accessed.
  uint64_t begin;   ///< Cycle of the clock of what serves the rings.
  uint64_t end;
};
static_assert(sizeof(Completion) == 64);
static_assert(completions_offset + ring_entries * sizeof(Completion) <=
              rings_bytes);

/// A hash of an entry's words, in which `check` counts as 0. A change within
/// one word always changes it; that of zeros is not 0.
template <typename Entry> uint64_t hash_words(Entry entry) {
  entry.check = 0;
  uint64_t words[sizeof(Entry) / sizeof(uint64_t)];
  __builtin_memcpy(words, &entry, sizeof(entry));
  uint64_t sum = 1;
  for (uint64_t word : words)
    sum = (sum ^ word) * 0x9e37'79b9'7f4a'7c15; // Odd: one-to-one.
  return sum;
}
inline uint64_t checksum(const Command &command) { return hash_words(command); }
inline uint32_t checksum(const Completion &completion) {
  uint64_t sum = hash_words(completion);
  return static_cast<uint32_t>(sum ^ sum >> 32);
}

/// What is wrong with a command ring whose tail is `tail`, for a reader that
/// has executed `head` commands; `next` is entry `head % ring_entries`.
inline RingDamage damage_of(uint64_t head, uint64_t tail, const Command &next) {
  if (tail - head > ring_entries)
    return damaged_tail;
  if (next.sequence != head || next.check != checksum(next))
    return damaged_command;
  return no_damage;
}

} // namespace landfall::ring
