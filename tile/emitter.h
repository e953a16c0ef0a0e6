//===- emitter.h - Arrays on the chip, and calls on them -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "tile/arena.h"
#include "tile/boxes.h"
#include "tile/call_list.h"

namespace landfall::tile {

/// A box of the values of a scope's variables.
struct Region {
  std::vector<int64_t> start, count; ///< By variable.
};

/// How an array is walked along a variable.
struct Axis {
  uint32_t variable = 0;
  int64_t stride = 0; ///< In bytes.
};

/// Elements on the chip, one for each point of a region's variables `axes`;
/// they are the same for all points of other variables. Variables of one point
/// are left out.
struct Array {
  std::shared_ptr<const Place> memory; ///< Keeps it from being reused.
  int64_t offset = 0;                  ///< In bytes, from `memory`.
  DType type = DType::f32;
  std::vector<Axis> axes;

  Place place() const { return {memory->space, memory->offset + offset}; }
  int64_t stride(uint32_t variable) const;
};

/// Records calls on arrays, cut into what one call can do.
class Emitter {
public:
  Emitter(const Capabilities &capabilities, CallList &calls)
      : capabilities_(capabilities), calls_(calls) {}

  /// Once memory is exhausted, the calls that follow are not to be used.
  bool failed() const { return failed_; }
  void fail() { failed_ = true; }

  /// A dense array over the variables, outermost first. Where there is not
  /// enough memory, `reclaim` is asked to free some; false: there is none.
  Array allocate(Arena &arena, DType type, std::span<const uint32_t> variables,
                 const Region &region,
                 const std::function<bool()> &reclaim = {});

  void vector(VectorOperation operation, const Region &region,
              const Array &destination, std::span<const Array> sources);
  /// Copies what `source` has, broadcast over the destination.
  void copy(const Region &region, const Array &destination,
            const Array &source);
  void fill(const Region &region, const Array &destination, uint64_t bits);
  void fill(Place place, int64_t element_bytes, uint64_t bits,
            const StridedDimensions &dimensions);
  /// destination = the join of source over `variable`; the destination lacks
  /// it.
  void reduce(ScalarOp op, const Region &region, const Array &destination,
              const Array &source, uint32_t variable);
  void ramp(Place place, int64_t first, int64_t step, int64_t count);

  /// Loads the box: operand 0 is the device's, 1 the destination. Where bounds
  /// let nothing through, zeros if `zeros`, else what was there.
  void load(DevicePlace source, Place destination, int64_t element_bytes,
            const StridedDimensions &dimensions,
            const std::vector<Bound> &bounds, bool zeros);
  /// Operand 0 is the array, 1 the device's.
  void store(Place source, DevicePlace destination, int64_t element_bytes,
             const StridedDimensions &dimensions);
  void move(Place source, Place destination, int64_t element_bytes,
            const StridedDimensions &dimensions);
  void multiply(const MultiplyCall &call) { calls_.push_back(call); }
  void gather(const GatherCall &call) { calls_.push_back(call); }

private:
  void load_part(DevicePlace source, Place destination, int64_t element_bytes,
                 const ClippedBox &box, bool zeros);
  bool load_padded(DevicePlace source, Place destination, int64_t element_bytes,
                   const ClippedBox &box);
  void pieces(const StridedDimensions &dimensions, const VisitPiece &visit);

  const Capabilities &capabilities_;
  CallList &calls_;
  bool failed_ = false;
};

/// Dimensions along the variables, with each array's strides.
StridedDimensions dimensions_of(const Region &region,
                                std::span<const uint32_t> variables,
                                std::span<const Array *const> arrays);

} // namespace landfall::tile
