//===- operand_box.h - What a region reads of an operand -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "tile/emitter.h"
#include "tile/launch.h"

#include <optional>

namespace landfall::tile {

/// One dimension of an operand, and the places of it that are loaded: first,
/// first + step, ... Those outside of the operand are zeros.
struct BoxSide {
  Form index; ///< Of the load.
  int64_t extent = 1;
  int64_t first = 0, count = 1, step = 1;
  bool goes_outside() const {
    return first < 0 || first + (count - 1) * step >= extent;
  }
};

/// The elements of an operand that a load reads in a region, each once, and
/// those between them: a window's points overlap, so they are loaded as one box
/// and read from there as often as they are needed.
struct OperandBox {
  std::vector<BoxSide> sides; ///< By dimension of the operand.
  int64_t element_bytes = 1;

  int64_t bytes() const;
  /// What the DMA moves, in whole lines of the device memory.
  int64_t line_bytes() const;
  /// The box in `memory`, dense, as an array over the region's variables.
  Array array(const std::shared_ptr<const Place> &memory, DType type,
              const Region &region, std::span<const uint32_t> variables) const;
  /// Places outside of the operand become `other`.
  void load(Emitter &emitter, uint32_t operand, Place place,
            const Padding &other) const;

private:
  std::vector<int64_t> strides() const; ///< In the box, in bytes.
};

/// The dimensions of a load's operand; nothing if the load is not affine, or
/// its guard lets through less than what is inside of the operand.
std::vector<BoxSide> sides_of(const Launch &launch, const Scope &scope,
                              NodeId load);

/// The box in a region, if it is moved in fewer lines than an array over the
/// variables, and not much larger.
std::optional<OperandBox> better_box(const std::vector<BoxSide> &sides,
                                     const Region &region,
                                     std::span<const uint32_t> variables,
                                     int64_t element_bytes);
OperandBox box_in(std::vector<BoxSide> sides, const Region &region,
                  int64_t element_bytes);

/// Bytes of whole lines that are moved if a box of the device memory, with
/// these strides (operand 0), is loaded as it is.
int64_t line_bytes_of(StridedDimensions dimensions, int64_t element_bytes);

} // namespace landfall::tile
