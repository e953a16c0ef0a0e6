//===- card_counters.cpp - Reading a card's counters ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/driver/card_counters.h"
#include "targets/reef/chip/telemetry.h"

#include <cstring>

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
  runtime::DeviceCounters counters;
  TRY(card.count(telemetry_bytes(card.chip.cores),
                 [&](const uint8_t *record, int64_t cycles) {
                   counters = decode(card.chip, record, cycles);
                 }));
  return counters;
}

} // namespace landfall::reef
