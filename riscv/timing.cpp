//===- timing.cpp - The timing model of a hart ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "riscv/timing.h"

using namespace landfall::riscv;

// By Unit, up to the scalar ones.
const uint8_t Timing::latency[] = {1, 3, 20, 1, 0, 1, 4, 20, 1};

Timing::Timing(const HartConfig &config)
    : width(config.issue_width),
      matrix_starts(std::max(1u, config.matrix_queue)) {}

void Timing::clear() {
  ready.fill(0);
  stores.fill(0);
  chained.fill(0);
  whole.fill(0);
  unread_until.fill(0);
  tile_moved.fill(0);
  tile_computed.fill(0);
  vector_starts.fill(0);
  std::fill(matrix_starts.begin(), matrix_starts.end(), 0);
  arithmetic_free = memory_free = matrix_free = 0;
}

void Timing::stall_until(uint64_t at) {
  if (at <= cycle)
    return;
  counters.issue.stalled += at - cycle;
  cycle = at;
}

void Timing::buffer_store() {
  uint64_t &oldest = stores[next_store++ % store_buffer];
  stall_until(oldest);
  oldest = cycle + memory;
}

uint64_t Timing::vector_whole(const Span &span) const {
  uint64_t at = 0;
  for (unsigned k = 0; k < span.count; ++k)
    at = std::max(at, whole[(span.first + k * span.step) % 32]);
  return at;
}

uint64_t Timing::vector_chained(const Span &span) const {
  uint64_t at = 0;
  for (unsigned k = 0; k < span.count; ++k)
    at = std::max(at, chained[(span.first + k * span.step) % 32]);
  return at;
}

uint64_t Timing::tiles_moved(const Span &span) const {
  uint64_t at = 0;
  for (unsigned k = 0; k < span.count; ++k)
    at = std::max(at, tile_moved[(span.first + k) % 16]);
  return at;
}

uint64_t Timing::tiles_computed(const Span &span) const {
  uint64_t at = 0;
  for (unsigned k = 0; k < span.count; ++k)
    at = std::max(at, tile_computed[(span.first + k) % 16]);
  return at;
}

void Timing::finish_vector(Unit unit, const VectorWork &work) {
  if (unit == Unit::matrix || unit == Unit::matrix_zero)
    run_matrix(work);
  else
    run_vector(unit, work);
}

void Timing::run_vector(Unit unit, const VectorWork &work) {
  bool is_memory = unit == Unit::vector_load || unit == Unit::vector_store ||
                   unit == Unit::tile_load || unit == Unit::tile_store;
  uint64_t &pipe = is_memory ? memory_free : arithmetic_free;
  uint64_t &queued = vector_starts[next_vector_start++ % vector_queue];
  stall_until(queued);
  uint64_t can_start = std::max(cycle, pipe);
  uint64_t start =
      std::max({can_start, vector_chained(work.source1),
                vector_chained(work.source2), vector_chained(work.source3),
                tiles_moved(work.tiles), tiles_computed(work.tiles)});
  for (unsigned k = 0; k < work.target.count; ++k)
    start = std::max(start, unread_until[(work.target.first + k) % 32]);
  uint64_t cycles = work.cycles;
  uint64_t delay = is_memory ? scratchpad_latency : vector_latency;
  if (is_memory && memory > scratchpad_latency)
    delay = memory > cycles ? memory - cycles : 0;
  queued = start;
  pipe = start + cycles;
  counters.vector.busy += cycles;
  counters.vector.stalled += start - can_start;
  uint64_t end = start + delay + cycles;
  for (unsigned k = 0; k < work.target.count; ++k) {
    chained[(work.target.first + k) % 32] = start + delay;
    whole[(work.target.first + k) % 32] = end;
  }
  for (unsigned k = 0; k < work.tiles.count; ++k)
    tile_moved[(work.tiles.first + k) % 16] = end;
  ready[work.scalar] = end;
}

void Timing::run_matrix(const VectorWork &work) {
  uint64_t &queued = matrix_starts[next_matrix_start++ % matrix_starts.size()];
  stall_until(queued);
  uint64_t can_start = std::max(cycle, matrix_free);
  uint64_t start =
      std::max({can_start, vector_whole(work.source1),
                vector_whole(work.source2), tiles_moved(work.tiles)});
  queued = start;
  matrix_free = start + work.cycles;
  counters.matrix.busy += work.cycles;
  counters.matrix.stalled += start - can_start;
  counters.matrix_macs += work.macs;
  for (const Span &read : {work.source1, work.source2})
    for (unsigned k = 0; k < read.count; ++k)
      unread_until[(read.first + k * read.step) % 32] =
          std::max(unread_until[(read.first + k * read.step) % 32], start + 1);
  // Accumulations into the same tile are pipelined; readers of the tile wait
  // until the last one is complete.
  for (unsigned k = 0; k < work.tiles.count; ++k)
    tile_computed[(work.tiles.first + k) % 16] = matrix_free + matrix_latency;
}
