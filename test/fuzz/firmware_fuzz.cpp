//===- firmware_fuzz.cpp - Any commands for the firmware ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The card's side of reef's rings: the real firmware on a simulated chip reads
// commands, launch records and control words from the input. It refuses or
// executes each command and answers in order; the management core survives.
// Machine code is trusted, so once a kernel has run only the simulator's own
// memory is checked.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/firmware/firmware_image.h"
#include "targets/reef/firmware/protocol.h"
#include "targets/reef/sim/chip.h"
#include "test/fuzz/fuzz_target.h"

#include <cstdlib>
#include <cstring>
#include <sys/mman.h>

using namespace landfall;
using namespace landfall::reef;

namespace {

constexpr size_t block_bytes = 64;

/// A block of the input: what it is, and its bytes.
enum class Block : uint8_t {
  command,     ///< With its sequence number and checksum made right.
  raw_command, ///< As it is.
  heap,        ///< Into the heap: a launch record to be.
  tail,        ///< The first word is stored as the command tail.
};
constexpr uint8_t block_kinds = 4;

ChipDescription small_chip() {
  ChipDescription chip = chip_format.find("reef1").take();
  chip.cores = 2;
  chip.dram_mib = ((heap_base - dram_base) >> 20) + 1;
  return chip;
}

/// The chip's memory, zero at each power-on.
uint8_t *memory(const ChipDescription &chip) {
  static void *made = mmap(nullptr, chip.dram_bytes(), PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  madvise(made, chip.dram_bytes(), MADV_DONTNEED);
  return static_cast<uint8_t *>(made);
}

class Card {
public:
  Card()
      : dram_(memory(description())), chip_(description(), load(dram_), [] {}) {
    run(); // The firmware starts.
  }

  void take(Block kind, const uint8_t *bytes) {
    switch (kind) {
    case Block::command:
    case Block::raw_command:
      submit(kind, bytes);
      break;
    case Block::heap:
      std::memcpy(at(heap_base + heap_used_), bytes, block_bytes);
      heap_used_ = (heap_used_ + block_bytes) % (1 << 20);
      break;
    case Block::tail:
      std::memcpy(&control().command_tail, bytes, sizeof(uint64_t));
      is_damaged_ |= control().command_tail != submitted_;
      ring();
    }
  }

  void check() const {
    if (has_launched_)
      return;
    // Nothing is taken for a command that is none, nor executed behind one.
    uint64_t done = control().completion_tail;
    if (has_died_ || done > executable_ || (!is_damaged_ && done != submitted_))
      std::abort();
  }

private:
  static const ChipDescription &description() {
    static const ChipDescription chip = small_chip();
    return chip;
  }
  static uint8_t *load(uint8_t *dram) {
    std::string_view image = firmware_images()[0].bytes;
    std::memcpy(dram, image.data(), image.size());
    return dram;
  }

  uint8_t *at(uint64_t address) const { return dram_ + (address - dram_base); }
  Control &control() const {
    return *reinterpret_cast<Control *>(at(control_base));
  }

  void submit(Block kind, const uint8_t *bytes) {
    Command command;
    std::memcpy(&command, bytes, sizeof(command));
    if (kind == Block::command) {
      command.sequence = submitted_;
      command.check = checksum(command);
    }
    bool is_right =
        command.sequence == submitted_ && command.check == checksum(command);
    is_damaged_ |= !is_right;
    if (is_right && executable_ == submitted_)
      ++executable_;
    auto *ring_memory = reinterpret_cast<Command *>(at(command_ring));
    ring_memory[submitted_ % ring_entries] = command;
    control().command_tail = ++submitted_;
    ring();
  }

  void ring() {
    chip_.doorbell();
    run();
    note_launches();
  }

  /// Until the chip waits for the host, or for a while: kernels may be endless.
  void run() {
    constexpr int step_limit = 60;
    for (int step = 0; step < step_limit && !has_died_; ++step) {
      sim::Chip::Progress progress = chip_.step();
      has_died_ = progress == sim::Chip::Progress::dead;
      if (progress == sim::Chip::Progress::idle)
        return;
    }
    is_damaged_ = true; // It is still busy.
  }

  void note_launches() {
    auto *completions =
        reinterpret_cast<const Completion *>(at(completion_ring));
    auto *commands = reinterpret_cast<const Command *>(at(command_ring));
    for (uint64_t k = 0; k < ring_entries; ++k)
      has_launched_ |= commands[k].operation == Operation::launch &&
                       completions[k].status != CommandStatus::bad_command &&
                       completions[k].status != CommandStatus::skipped;
  }

  uint8_t *dram_;
  sim::Chip chip_;
  uint64_t submitted_ = 0;
  uint64_t executable_ = 0; ///< Submitted before the first damaged command.
  uint64_t heap_used_ = 0;
  bool is_damaged_ = false;   ///< Tail or a command; or work is under way.
  bool has_launched_ = false; ///< Maybe: a kernel has run.
  bool has_died_ = false;     ///< The management core.
};

void append(fuzz::Bytes &bytes, Block kind, const void *block) {
  bytes.push_back(static_cast<uint8_t>(kind));
  auto *from = static_cast<const uint8_t *>(block);
  bytes.insert(bytes.end(), from, from + block_bytes);
}

fuzz::Bytes copies() {
  fuzz::Bytes bytes;
  Command command = {};
  command.operation = Operation::copy;
  command.address = heap_base + 64;
  command.source = heap_base;
  command.bytes = 64;
  append(bytes, Block::heap, &command);
  append(bytes, Block::command, &command);
  command.operation = Operation::count;
  append(bytes, Block::command, &command);
  command.operation = Operation::revive;
  append(bytes, Block::raw_command, &command);
  return bytes;
}

fuzz::Bytes launches() {
  fuzz::Bytes bytes;
  // Code of zeros: an illegal instruction.
  LaunchRecord record = {heap_base + 4096, heap_base + 4096,
                         heap_base + 512,  heap_base + 512,
                         heap_base + 8192, 1024,
                         100'000,          1};
  append(bytes, Block::heap, &record);
  Command command = {};
  command.operation = Operation::launch;
  command.address = heap_base;
  append(bytes, Block::command, &command);
  uint64_t tail[8] = {1};
  append(bytes, Block::tail, tail);
  return bytes;
}

} // namespace

std::vector<fuzz::Bytes> fuzz::seeds() { return {copies(), launches()}; }

bool fuzz::accepts(std::span<const uint8_t> input) {
  constexpr int block_limit = 64;
  Card card;
  for (int k = 0; k < block_limit && input.size() > block_bytes; ++k) {
    card.take(static_cast<Block>(input[0] % block_kinds), input.data() + 1);
    input = input.subspan(1 + block_bytes);
  }
  card.check();
  return true;
}
