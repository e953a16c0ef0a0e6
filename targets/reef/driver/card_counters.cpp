//===- card_counters.cpp - Reading a card's counters ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/driver/card_counters.h"

#include <cstring>
#include <fmt/format.h>

namespace landfall::reef {

namespace {

void add(runtime::EngineCounter &engine, EngineTelemetry time) {
  engine.busy += time.busy;
  engine.stalled += time.stalled;
}

runtime::DeviceCounters decode(const ChipDescription &description,
                               const uint8_t *record, int64_t cycles) {
  ChipTelemetry chip;
  std::memcpy(&chip, record, sizeof(chip));
  uint64_t cores = description.cores;
  runtime::DeviceCounters counters = {static_cast<uint64_t>(cycles),
                                      description.clock_mhz * 1e6,
                                      0,
                                      0,
                                      chip.dram_bytes,
                                      {}};
  runtime::EngineCounter core = {"core", cores}, issue = {"issue", cores},
                         vector = {"vector", cores}, matrix = {"matrix", cores},
                         dma = {"dma", cores * description.dma_channels},
                         dram = {"dram", 1, chip.dram.busy, chip.dram.stalled};
  // The first record is the management core's.
  record += sizeof(chip) + sizeof(CoreTelemetry);
  for (uint64_t k = 0; k < cores; ++k, record += sizeof(CoreTelemetry)) {
    CoreTelemetry each;
    std::memcpy(&each, record, sizeof(each));
    core.busy += chip.now - std::min(chip.now, each.idle);
    add(issue, each.issue);
    add(vector, each.vector);
    add(matrix, each.matrix);
    add(dma, each.dma);
    counters.instructions += each.instructions;
    counters.multiply_adds += each.matrix_macs;
  }
  counters.engines = {core, issue, vector, matrix, dma, dram};
  return counters;
}

} // namespace

Result<runtime::DeviceCounters> read_counters(ReefCard &card) {
  uint64_t bytes = telemetry_bytes(card.chip.cores);
  Command command = {};
  command.operation = Operation::count;
  command.queue = TRY(card.take_queue());
  auto address = card.heap.allocate(bytes);
  if (!address) {
    card.give_queue(command.queue);
    return address.take_error();
  }
  command.address = *address;
  auto ticket = card.commands.submit(command);
  auto completion = ticket ? card.commands.wait(*ticket)
                           : Result<Completion>(ticket.take_error());
  runtime::DeviceCounters counters;
  if (completion)
    counters =
        decode(card.chip, card.memory->host(*address), completion->value);
  card.heap.release(*address);
  card.give_queue(command.queue);
  if (!completion)
    return completion.take_error();
  return counters;
}

} // namespace landfall::reef
