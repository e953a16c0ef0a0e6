//===- protocol.h - Between driver and firmware ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Data structures in the card's DRAM, which the host maps
// (docs/reef_driver.md). Freestanding; every field has its natural alignment.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/reef/chip/registers.h"

namespace landfall::reef {

// The layout of DRAM.
inline constexpr uint64_t firmware_limit = 1 << 20; ///< Image, data, zeros.
inline constexpr uint64_t control_base = dram_base + firmware_limit;
inline constexpr uint64_t command_ring = control_base + 0x1000;
inline constexpr uint64_t completion_ring = control_base + 0x9000;
/// The stacks, for chips whose stacks are not in the scratchpad. Core c's
/// begins at stack_base + c * stack_bytes.
inline constexpr uint64_t stack_base = dram_base + (2 << 20);
inline constexpr uint64_t heap_base = dram_base + (20 << 20); ///< The driver's.
static_assert(heap_base >= stack_base + 65 * max_stack_bytes);

inline constexpr uint64_t ring_entries = 256;
inline constexpr uint32_t queue_limit = 256;

/// Words that the other side polls, each in a DRAM line of its own. Counts
/// never wrap.
struct Control {
  alignas(64) uint64_t command_tail; ///< Host: commands written so far.
  alignas(64) uint64_t
      completion_tail;            ///< Firmware: completions written so far.
  alignas(64) uint64_t heartbeat; ///< Firmware: changes while it runs.
  /// Firmware: a RingDamage once it has read what the host cannot have written.
  /// It executes nothing of that.
  alignas(64) uint64_t damage;
};

enum RingDamage : uint64_t {
  no_damage = 0,
  damaged_tail = 1,    ///< More commands than the ring has entries.
  damaged_command = 2, ///< A wrong sequence number or checksum.
};

enum class Operation : uint16_t {
  none = 0,    ///< No command: refused, as unknown operations are.
  barrier = 1, ///< Completes when all earlier commands have.
  launch = 2,  ///< `address`: a LaunchRecord.
  copy = 3,    ///< `bytes` from `source` to `address`, both in the heap.
  revive = 4,  ///< Clears the queue's failure: commands execute again.
  count = 5,   ///< Writes the counters (telemetry.h) to `address`; the
               ///< completion's `value`: cycles that commands took so far.
};

/// Entry `sequence % ring_entries` of the command ring.
struct Command {
  uint64_t sequence; ///< Counts from 0.
  Operation operation;
  uint16_t queue; ///< Below queue_limit. After a failure, the firmware skips
                  ///< the queue's commands until `revive`.
  uint32_t reserved;
  uint64_t address;
  uint64_t source;
  uint64_t bytes;
  uint64_t unused[2];
  uint64_t check; ///< `checksum` of the other fields.
};
static_assert(sizeof(Command) == 64);

inline constexpr uint64_t line_bytes = 64; ///< A line of DRAM.
/// A launch record, with the arrays that follow it, has at least this many
/// lines: each core prefetches them before it has tasks.
inline constexpr uint64_t launch_lines = 3;

/// A launch, in the heap and aligned to a line. The arrays of sizes and
/// operands follow it.
struct LaunchRecord {
  uint64_t plan; ///< Addresses of k<k>_plan and k<k>_run (native_abi.h).
  uint64_t run;
  uint64_t operands; ///< The address of an array of addresses.
  uint64_t sizes;    ///< The address of an array of int64_t.
  uint64_t scratch;  ///< Core c's area is at scratch + (c - 1) * scratch_bytes.
  uint64_t scratch_bytes;
  uint64_t cycle_limit; ///< The launch is aborted after this many; 0: never.
  /// Changes when code has been loaded: cores then execute fence.i.
  uint64_t code_version;
};
static_assert(sizeof(LaunchRecord) == 64);

enum class CommandStatus : uint32_t {
  ok = 0,
  skipped = 1,       ///< An earlier command of its queue failed.
  check_failed = 2,  ///< Check number `detail`, with `value`.
  needs_scratch = 3, ///< `value`: bytes needed per core; nothing has run.
  fault = 4,         ///< `core` stopped: `detail` is the FaultCause.
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
  uint64_t begin;   ///< Cycle of the management core's clock.
  uint64_t end;
};
static_assert(sizeof(Completion) == 64);

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

} // namespace landfall::reef
