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
  if (first == last && lines_[last_] == first)
    return 0;
  uint64_t end = now;
  for (uint64_t line = first; line <= last; ++line)
    end = touch_line(line, is_write, end);
  return end - now;
}

uint64_t LineBuffers::touch_line(uint64_t line, bool is_write, uint64_t now) {
  unsigned next = line_count, oldest = 0;
  for (unsigned k = 0; k < line_count; ++k) {
    if (lines_[k] == line) {
      last_ = k;
      used_[k] = ++uses_;
      return now;
    }
    if (lines_[k] + 1 == line)
      next = k;
    if (used_[k] < used_[oldest])
      oldest = k;
  }
  bool is_new = next == line_count;
  last_ = is_new ? oldest : next;
  lines_[last_] = line;
  used_[last_] = ++uses_;
  uint64_t end = dram_->book(line_bytes, now, line_bytes);
  return is_new && !is_write ? end + latency_ : end;
}

} // namespace landfall::reef
