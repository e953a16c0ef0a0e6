//===- transfer.h - The memory of a DMA transfer ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>

namespace landfall::reef::sim {

/// Rows of bytes, `stride` bytes apart.
struct Rows {
  uint64_t address = 0;
  uint64_t row_bytes = 0;
  uint64_t rows = 0;
  uint64_t stride = 0;

  bool contiguous() const { return rows <= 1 || stride == row_bytes; }
  /// Bytes from the first byte to the end of the last row. Does not check for
  /// overflow: rows and stride must have been checked.
  uint64_t extent() const {
    return rows == 0 || row_bytes == 0 ? 0 : (rows - 1) * stride + row_bytes;
  }
};

/// Whether any byte of [address, +bytes) belongs to one of the rows.
bool overlaps(const Rows &rows, uint64_t address, uint64_t bytes);
bool overlaps(const Rows &a, const Rows &b);

struct Transfer {
  uint64_t source = 0;
  uint64_t destination = 0;
  uint64_t row_bytes = 0;
  uint64_t rows = 0;
  uint64_t source_stride = 0;
  uint64_t destination_stride = 0;

  Rows from() const { return {source, row_bytes, rows, source_stride}; }
  Rows to() const { return {destination, row_bytes, rows, destination_stride}; }
};

} // namespace landfall::reef::sim
