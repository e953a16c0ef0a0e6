//===- telemetry.h - What the chip counts ----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The chip's performance counters. A store to management_register::telemetry
// writes them to DRAM: one `ChipTelemetry`, then a `CoreTelemetry` for each
// core, the management core first. Values are cycles since power-on unless
// noted otherwise. Freestanding.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>

namespace landfall::reef {

/// Cycles in which an engine worked (busy), or had work but waited (stalled).
struct EngineTelemetry {
  uint64_t busy;
  uint64_t stalled;
};

struct ChipTelemetry {
  uint64_t now; ///< The management core's cycle.
  uint64_t cores;
  EngineTelemetry dram; ///< Busy: bytes moved over the peak bandwidth.
  uint64_t dram_bytes;  ///< Moved.
};

struct CoreTelemetry {
  uint64_t instructions; ///< Count.
  uint64_t idle;         ///< Without a work item.
  EngineTelemetry issue;
  EngineTelemetry vector;
  EngineTelemetry matrix;
  EngineTelemetry dma;  ///< Busy: summed over channels. Stalled: waits for it.
  uint64_t matrix_macs; ///< Count of useful multiply-adds.
};

inline constexpr uint64_t telemetry_bytes(uint64_t cores) {
  return sizeof(ChipTelemetry) + (cores + 1) * sizeof(CoreTelemetry);
}

} // namespace landfall::reef
