//===- dma.cpp - A core's channels between DRAM and scratchpad ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/sim/dma.h"
#include "targets/reef/chip/registers.h"

#include <algorithm>
#include <cstring>

namespace landfall::reef::sim {

namespace {

using Access = riscv::HartPort::Access;

/// DRAM is transferred in whole lines.
constexpr uint64_t line = 64;

uint64_t lines_bytes(const Rows &rows) {
  uint64_t each = rows.contiguous() ? rows.extent() : rows.row_bytes;
  uint64_t count = rows.contiguous() ? 1 : rows.rows;
  return (each + line - 1) / line * line * count;
}

uint64_t *field(Transfer &transfer, uint64_t offset) {
  switch (offset) {
  case dma_register::source:
    return &transfer.source;
  case dma_register::destination:
    return &transfer.destination;
  case dma_register::row_bytes:
    return &transfer.row_bytes;
  case dma_register::rows:
    return &transfer.rows;
  case dma_register::source_stride:
    return &transfer.source_stride;
  case dma_register::destination_stride:
    return &transfer.destination_stride;
  default:
    return nullptr;
  }
}

} // namespace

Dma::Dma(const ChipDescription &chip, riscv::MemoryRegion dram,
         riscv::MemoryRegion scratchpad, sim_kit::DramClock &clock)
    : dram_(dram), scratchpad_(scratchpad), clock_(&clock),
      rate_(chip.dma_bytes_per_cycle), latency_(chip.dram_latency_cycles()),
      channels_(chip.dma_channels) {}

Dma::Answer Dma::load(uint64_t offset, uint64_t &value) const {
  uint64_t number = offset / core_register::dma_stride;
  uint64_t which = offset % core_register::dma_stride;
  if (number >= channels_.size())
    return {Access::fault};
  Channel channel = {channels_[number].next, channels_[number].tickets, 0, {}};
  if (which == dma_register::start)
    value = channel.tickets;
  else if (uint64_t *found = field(channel.next, which))
    value = *found;
  else
    return {Access::fault};
  return {};
}

Dma::Answer Dma::store(uint64_t offset, uint64_t value, uint64_t now) {
  uint64_t number = offset / core_register::dma_stride;
  uint64_t which = offset % core_register::dma_stride;
  if (number >= channels_.size())
    return {Access::fault};
  Channel &channel = channels_[number];
  if (which == dma_register::start)
    return start(channel, now);
  if (which == dma_register::wait)
    return wait(channel, value, now);
  if (uint64_t *found = field(channel.next, which)) {
    *found = value;
    return {};
  }
  return {Access::fault};
}

Dma::Answer Dma::start(Channel &channel, uint64_t now) {
  const Transfer &transfer = channel.next;
  uint8_t *from = host(transfer.from());
  uint8_t *to = host(transfer.to());
  if (!from || !to)
    return {Access::fault};
  if (races(transfer))
    return {Access::fault, 0, true};
  if (transfer.from().contiguous() && transfer.to().contiguous())
    std::memmove(to, from, transfer.from().extent());
  else
    for (uint64_t row = 0; row < transfer.rows; ++row)
      std::memmove(to + row * transfer.destination_stride,
                   from + row * transfer.source_stride, transfer.row_bytes);
  uint64_t end = end_of(transfer, channel, now);
  channel.unwaited.push_back({++channel.tickets, end, transfer});
  return {};
}

uint64_t Dma::book(const Rows &rows, uint64_t begin) {
  return clock_->book(sim_kit::DramClock::User::transfer, lines_bytes(rows),
                      begin, rate_);
}

/// The latency counts from the start and overlaps with earlier transfers of the
/// channel.
uint64_t Dma::end_of(const Transfer &transfer, Channel &channel, uint64_t now) {
  uint64_t begin = std::max(now + latency_, channel.free_at);
  uint64_t bytes = transfer.row_bytes * transfer.rows;
  uint64_t end = begin + (bytes + rate_ - 1) / rate_;
  if (in_dram(transfer.source))
    end = std::max(end, book(transfer.from(), begin));
  if (in_dram(transfer.destination))
    end = std::max(end, book(transfer.to(), begin));
  time_.busy += end - begin;
  channel.free_at = end;
  return end;
}

Dma::Answer Dma::wait(Channel &channel, uint64_t ticket, uint64_t now) {
  if (ticket > channel.tickets)
    return {Access::fault};
  uint64_t end = now;
  for (const Started &started : channel.unwaited)
    if (started.ticket <= ticket)
      end = std::max(end, started.end);
  if (end > now) {
    time_.stalled += end - now;
    return {Access::blocked, end};
  }
  while (!channel.unwaited.empty() && channel.unwaited.front().ticket <= ticket)
    channel.unwaited.pop_front();
  return {};
}

bool Dma::in_dram(uint64_t address) const { return address >= dram_.base; }

/// The host address of the rows; null if they are not all in one region.
uint8_t *Dma::host(const Rows &rows) const {
  const riscv::MemoryRegion &region =
      in_dram(rows.address) ? dram_ : scratchpad_;
  uint64_t offset = rows.address - region.base;
  if (rows.row_bytes > region.bytes || offset > region.bytes ||
      rows.address < region.base ||
      (rows.rows > 1 && rows.stride > region.bytes) || rows.rows > region.bytes)
    return nullptr;
  // At most 2^40 rows, 2^40 bytes apart: wide enough not to wrap.
  auto extent = static_cast<unsigned __int128>(rows.row_bytes);
  if (rows.rows > 1)
    extent += static_cast<unsigned __int128>(rows.rows - 1) * rows.stride;
  return extent <= region.bytes - offset ? region.host + offset : nullptr;
}

bool Dma::races(const Transfer &transfer) const {
  for (const Channel &channel : channels_)
    for (const Started &other : channel.unwaited)
      if (overlaps(transfer.to(), other.transfer.to()) ||
          overlaps(transfer.to(), other.transfer.from()) ||
          overlaps(transfer.from(), other.transfer.to()))
        return true;
  return false;
}

bool Dma::may_access(uint64_t address, uint64_t bytes, bool is_write) const {
  for (const Channel &channel : channels_)
    for (const Started &other : channel.unwaited)
      if (overlaps(other.transfer.to(), address, bytes) ||
          (is_write && overlaps(other.transfer.from(), address, bytes)))
        return false;
  return true;
}

bool Dma::has_unwaited() const {
  for (const Channel &channel : channels_)
    if (!channel.unwaited.empty())
      return true;
  return false;
}

void Dma::reset() {
  for (Channel &channel : channels_)
    channel = {{}, 0, channel.free_at, {}};
}

} // namespace landfall::reef::sim
