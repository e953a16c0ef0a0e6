//===- line_buffers.cpp - A core's own path to DRAM -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/sim/line_buffers.h"

#include <cstring>

namespace landfall::reef::sim {

void LineBuffers::clear() {
  std::memset(index_, 0, sizeof(index_));
  for (uint8_t k = 0; k < line_count; ++k)
    held_[k] = {~uint64_t(0), false, uint8_t((k + 1) % line_count),
                uint8_t((k + line_count - 1) % line_count)};
  newest_ = line_count - 1;
}

uint64_t LineBuffers::touch(uint64_t address, uint64_t bytes, bool is_write,
                            uint64_t now) {
  uint64_t first = address / line_bytes;
  uint64_t last = (address + bytes - 1) / line_bytes;
  const Held &recent = held_[newest_];
  if (first == last && recent.line == first && (!is_write || recent.written))
    return 0;
  uint64_t end = now;
  for (uint64_t line = first; line <= last; ++line)
    end = touch_line(line, is_write, end);
  return end - now;
}

uint64_t LineBuffers::touch_line(uint64_t line, bool is_write, uint64_t now) {
  uint8_t place = find(line);
  bool is_held = place < line_count;
  bool follows = false;
  if (!is_held) {
    place = find(line - 1);
    follows = place < line_count;
    if (!follows)
      place = held_[newest_].newer;
    held_[place].line = line;
    held_[place].written = false;
    enter(line, place);
  }
  use(place);
  bool costs = !is_held || (is_write && !held_[place].written);
  held_[place].written |= is_write;
  if (!costs)
    return now;
  uint64_t end =
      dram_->book(sim_kit::DramClock::User::core, line_bytes, now, line_bytes);
  return is_held || follows || is_write ? end : end + latency_;
}

/// Fibonacci hashing: neighbours and powers of two spread.
uint64_t LineBuffers::hash(uint64_t line) {
  return line * 0x9e3779b97f4a7c15 >> (64 - index_bits);
}

uint8_t LineBuffers::find(uint64_t line) const {
  for (uint8_t place : index_[hash(line)])
    if (held_[place].line == line)
      return place;
  return line_count;
}

/// Replaces an outdated entry, or else the second one.
void LineBuffers::enter(uint64_t line, uint8_t place) {
  uint8_t (&entry)[2] = index_[hash(line)];
  if (hash(held_[entry[0]].line) == hash(line) && entry[0] != place)
    entry[1] = entry[0];
  entry[0] = place;
}

/// Makes the line the most recently used.
void LineBuffers::use(uint8_t place) {
  if (place == newest_)
    return;
  Held &held = held_[place];
  uint8_t oldest = held_[newest_].newer;
  if (place != oldest) {
    held_[held.older].newer = held.newer;
    held_[held.newer].older = held.older;
    held.older = newest_;
    held.newer = oldest;
    held_[newest_].newer = held_[oldest].older = place;
  }
  newest_ = place;
}

} // namespace landfall::reef::sim
