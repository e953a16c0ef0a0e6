//===- transfer.cpp - The memory of a DMA transfer ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/sim/transfer.h"

#include <algorithm>

namespace landfall::reef::sim {

bool overlaps(const Rows &rows, uint64_t address, uint64_t bytes) {
  uint64_t extent = rows.extent();
  if (bytes == 0 || extent == 0 || address + bytes <= rows.address ||
      address >= rows.address + extent)
    return false;
  if (rows.contiguous() || rows.stride < rows.row_bytes)
    return true;
  // The row that begins at or before the range: it holds the first byte, or
  // the range reaches into the next row.
  uint64_t offset = std::max(address, rows.address) - rows.address;
  uint64_t row = std::min(offset / rows.stride, rows.rows - 1);
  if (offset < row * rows.stride + rows.row_bytes)
    return true;
  return row + 1 < rows.rows &&
         rows.address + (row + 1) * rows.stride < address + bytes;
}

bool overlaps(const Rows &a, const Rows &b) {
  if (!overlaps({a.address, a.extent(), 1, 0}, b.address, b.extent()))
    return false;
  if (a.contiguous())
    return overlaps(b, a.address, a.extent());
  for (uint64_t row = 0; row < a.rows; ++row)
    if (overlaps(b, a.address + row * a.stride, a.row_bytes))
      return true;
  return false;
}

} // namespace landfall::reef::sim
