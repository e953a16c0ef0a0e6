//===- line_buffers.cpp - A core's own path to DRAM -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/sim/line_buffers.h"

namespace landfall::reef {

uint64_t LineBuffers::touch(uint64_t address, uint64_t bytes, bool is_write,
                            uint64_t now) {
  uint64_t first = address / line_bytes;
  uint64_t last = (address + bytes - 1) / line_bytes;
  const Held &recent = held_[last_];
  if (first == last && recent.line == first && (!is_write || recent.written))
    return 0;
  uint64_t end = now;
  for (uint64_t line = first; line <= last; ++line)
    end = touch_line(line, is_write, end);
  return end - now;
}

uint64_t LineBuffers::touch_line(uint64_t line, bool is_write, uint64_t now) {
  unsigned found = line_count, before = line_count, oldest = 0;
  for (unsigned k = 0; k < line_count; ++k) {
    if (held_[k].line == line)
      found = k;
    if (held_[k].line + 1 == line)
      before = k;
    if (held_[k].used < held_[oldest].used)
      oldest = k;
  }
  bool is_held = found < line_count, follows = before < line_count;
  last_ = is_held ? found : follows ? before : oldest;
  Held &held = held_[last_];
  bool costs = !is_held || (is_write && !held.written);
  held = {line, ++uses_, is_write || (is_held && held.written)};
  if (!costs)
    return now;
  uint64_t end = dram_->book(line_bytes, now, line_bytes);
  return is_held || follows || is_write ? end : end + latency_;
}

void LineBuffers::clear() {
  for (Held &held : held_)
    held = {};
}

} // namespace landfall::reef
