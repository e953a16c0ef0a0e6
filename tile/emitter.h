//===- emitter.h - Arrays on the chip, and calls on them -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "tile/arena.h"
#include "tile/boxes.h"
#include "tile/call_list.h"

#include <atomic>

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

/// What stands where a load lets nothing through.
struct Padding {
  uint64_t bits = 0;
  std::optional<Array> value = {}; ///< In their place: one element.
  bool is_zero() const { return bits == 0 && !value; }
};

/// Records calls on arrays, cut into what one call can do.
class Emitter {
public:
  /// `stop`, if it is not null, ends the recording once it is true.
  Emitter(const Capabilities &capabilities, CallList &calls,
          const std::atomic<bool> *stop = nullptr)
      : capabilities_(capabilities), calls_(calls), stop_(stop) {}

  /// Why the calls are not to be used.
  enum class Failure : uint8_t { none, memory, length, stopped };
  Failure failure() const { return failure_; }
  bool failed() const { return failure_ != Failure::none; }
  /// Memory is exhausted.
  void fail() {
    if (!failed())
      failure_ = Failure::memory;
  }

  /// A dense array over the variables, outermost first. Where there is not
  /// enough memory, `reclaim` is asked to free some; false: there is none.
  Array allocate(Arena &arena, DType type, std::span<const uint32_t> variables,
                 const Region &region,
                 const std::function<bool()> &reclaim = {});
  std::shared_ptr<const Place>
  allocate(Arena &arena, int64_t bytes,
           const std::function<bool()> &reclaim = {});

  void vector(VectorOperation operation, const Region &region,
              const Array &destination, std::span<const Array> sources);
  /// Copies what `source` has, broadcast over the destination.
  void copy(const Region &region, const Array &destination,
            const Array &source);
  void fill(const Region &region, const Array &destination, uint64_t bits);
  void fill(Place place, int64_t element_bytes, uint64_t bits,
            const StridedDimensions &dimensions);
  /// The same: operand 0's strides are 0.
  void pad(Place place, int64_t element_bytes, const Padding &padding,
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
  void multiply(const MultiplyCall &call) { add(call); }
  void gather(const GatherCall &call) { add(call); }

private:
  void add(Call call);
  void load_part(DevicePlace source, Place destination, int64_t element_bytes,
                 const ClippedBox &box, bool zeros);
  bool load_padded(DevicePlace source, Place destination, int64_t element_bytes,
                   const ClippedBox &box);
  void pieces(const StridedDimensions &dimensions, const VisitPiece &visit);

  const Capabilities &capabilities_;
  CallList &calls_;
  const std::atomic<bool> *stop_;
  Failure failure_ = Failure::none;
};

/// Dimensions along the variables, with each array's strides.
StridedDimensions dimensions_of(const Region &region,
                                std::span<const uint32_t> variables,
                                std::span<const Array *const> arrays);

} // namespace landfall::tile
