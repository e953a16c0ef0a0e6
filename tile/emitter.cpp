//===- emitter.cpp - Arrays on the chip, and calls on them ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/emitter.h"

#include <algorithm>

namespace landfall::tile {

namespace {

Place moved(Place place, int64_t bytes) {
  return {place.space, place.offset + bytes};
}

Box box_of(std::span<const StridedDimension> dims, int64_t element_bytes,
           size_t source, size_t destination) {
  Box box;
  box.element_bytes = element_bytes;
  box.rank = int(dims.size());
  for (size_t d = 0; d < dims.size(); ++d)
    box.dimensions[d] = {dims[d].count, dims[d].strides[source],
                         dims[d].strides[destination], 0, 0};
  return box;
}

/// A dimension of a box that is padded.
struct PaddedDimension {
  BoxDimension box;
  bool padded() const { return box.before > 0 || box.after > 0; }
  int64_t total() const { return box.before + box.count + box.after; }
};

/// Joins what can be joined; an inner dimension with padding stays alone.
std::vector<PaddedDimension> padded_dimensions(const ClippedBox &box) {
  std::vector<PaddedDimension> result;
  for (size_t d = 0; d < box.dimensions.size(); ++d) {
    const StridedDimension &dim = box.dimensions[d];
    if (dim.count == 1 && box.inside[d].count == 1)
      continue;
    Interval in = box.inside[d];
    PaddedDimension next{{in.count, dim.strides[0], dim.strides[1], in.first,
                          dim.count - in.first - in.count}};
    if (!result.empty() && !next.padded()) {
      BoxDimension &outer = result.back().box;
      if (outer.source_stride == dim.strides[0] * dim.count &&
          outer.destination_stride == dim.strides[1] * dim.count) {
        outer = {outer.count * dim.count, dim.strides[0], dim.strides[1],
                 outer.before * dim.count, outer.after * dim.count};
        continue;
      }
    }
    result.push_back(next);
  }
  return result;
}

std::array<int64_t, max_dimensions>
strides_of(std::span<const StridedDimension> dims, size_t operand) {
  std::array<int64_t, max_dimensions> strides = {};
  for (size_t d = 0; d < dims.size(); ++d)
    strides[d] = dims[d].strides[operand];
  return strides;
}

std::array<int64_t, max_dimensions>
counts_of(std::span<const StridedDimension> dims) {
  std::array<int64_t, max_dimensions> counts = {};
  for (size_t d = 0; d < dims.size(); ++d)
    counts[d] = dims[d].count;
  return counts;
}

std::vector<uint32_t> variables_of(const Array &array) {
  std::vector<uint32_t> result;
  for (const Axis &axis : array.axes)
    result.push_back(axis.variable);
  return result;
}

} // namespace

int64_t Array::stride(uint32_t variable) const {
  for (const Axis &axis : axes)
    if (axis.variable == variable)
      return axis.stride;
  return 0;
}

StridedDimensions dimensions_of(const Region &region,
                                std::span<const uint32_t> variables,
                                std::span<const Array *const> arrays) {
  StridedDimensions dims;
  for (uint32_t variable : variables) {
    StridedDimension dim{region.count[variable], {}};
    for (size_t a = 0; a < arrays.size(); ++a)
      dim.strides[a] = arrays[a]->stride(variable);
    dims.push_back(dim);
  }
  return dims;
}

void Emitter::add(Call call) {
  if (failed())
    return;
  calls_.push_back(call);
  if (int64_t(calls_.size()) > capabilities_.stream_limit)
    failure_ = Failure::length;
  else if (stop_ && stop_->load(std::memory_order_relaxed))
    failure_ = Failure::stopped;
}

void Emitter::pieces(const StridedDimensions &dimensions,
                     const VisitPiece &visit) {
  for_each_piece(dimensions,
                 std::min(capabilities_.box_dimensions, max_dimensions),
                 capabilities_.box_limit, visit);
}

Array Emitter::allocate(Arena &arena, DType type,
                        std::span<const uint32_t> variables,
                        const Region &region,
                        const std::function<bool()> &reclaim) {
  Array array;
  array.type = type;
  int64_t stride = size_of(type);
  for (size_t k = variables.size(); k-- > 0;) {
    int64_t count = region.count[variables[k]];
    if (count == 1)
      continue;
    array.axes.insert(array.axes.begin(), {variables[k], stride});
    if (__builtin_mul_overflow(stride, count, &stride) ||
        stride > arena.bytes())
      fail();
    if (failed())
      break;
  }
  array.memory = allocate(arena, stride, reclaim);
  return array;
}

std::shared_ptr<const Place>
Emitter::allocate(Arena &arena, int64_t bytes,
                  const std::function<bool()> &reclaim) {
  std::shared_ptr<const Place> memory;
  if (!failed())
    memory = arena.allocate(bytes);
  while (!failed() && !memory && reclaim && reclaim())
    memory = arena.allocate(bytes);
  if (memory)
    return memory;
  fail();
  return std::make_shared<Place>();
}

void Emitter::vector(VectorOperation operation, const Region &region,
                     const Array &destination, std::span<const Array> sources) {
  std::vector<const Array *> arrays = {&destination};
  for (const Array &source : sources)
    arrays.push_back(&source);
  for_each_piece(
      dimensions_of(region, variables_of(destination), arrays),
      std::min(capabilities_.vector_dimensions, max_dimensions),
      capabilities_.vector_limit,
      [&](const Offsets &offsets, std::span<const StridedDimension> dims) {
        VectorCall call;
        call.operation = operation;
        call.rank = int(dims.size());
        call.counts = counts_of(dims);
        call.destination = {moved(destination.place(), offsets[0]),
                            strides_of(dims, 0)};
        call.source_count = int(sources.size());
        for (size_t s = 0; s < sources.size(); ++s)
          call.sources[s] = {moved(sources[s].place(), offsets[s + 1]),
                             strides_of(dims, s + 1)};
        add(call);
      });
}

void Emitter::copy(const Region &region, const Array &destination,
                   const Array &source) {
  const Array *arrays[] = {&source, &destination};
  move(source.place(), destination.place(), size_of(destination.type),
       dimensions_of(region, variables_of(destination), arrays));
}

void Emitter::fill(const Region &region, const Array &destination,
                   uint64_t bits) {
  const Array *arrays[] = {&destination, &destination};
  fill(destination.place(), size_of(destination.type), bits,
       dimensions_of(region, variables_of(destination), arrays));
}

void Emitter::fill(Place place, int64_t element_bytes, uint64_t bits,
                   const StridedDimensions &dimensions) {
  pieces(dimensions,
         [&](const Offsets &offsets, std::span<const StridedDimension> dims) {
           add(FillCall{moved(place, offsets[1]), bits,
                        box_of(dims, element_bytes, 1, 1)});
         });
}

void Emitter::pad(Place place, int64_t element_bytes, const Padding &padding,
                  const StridedDimensions &dimensions) {
  if (padding.value)
    move(padding.value->place(), place, element_bytes, dimensions);
  else
    fill(place, element_bytes, padding.bits, dimensions);
}

void Emitter::reduce(ScalarOp op, const Region &region,
                     const Array &destination, const Array &source,
                     uint32_t variable) {
  const Array *arrays[] = {&destination, &source};
  StridedDimensions outer =
      dimensions_of(region, variables_of(destination), arrays);
  int64_t count = region.count[variable], stride = source.stride(variable);
  int rank = std::min(capabilities_.vector_dimensions, max_dimensions) - 1;
  for_each_piece(
      outer, rank, capabilities_.vector_limit,
      [&](const Offsets &offsets, std::span<const StridedDimension> dims) {
        StridedDimensions all(dims.begin(), dims.end());
        all.push_back({count, {0, stride}});
        ReduceCall call;
        call.op = op;
        call.type = source.type;
        call.rank = int(all.size());
        call.counts = counts_of(all);
        call.destination = {moved(destination.place(), offsets[0]),
                            strides_of(all, 0)};
        call.source = {moved(source.place(), offsets[1]), strides_of(all, 1)};
        add(call);
      });
}

void Emitter::ramp(Place place, int64_t first, int64_t step, int64_t count) {
  add(RampCall{place, first, step, count});
}

void Emitter::load(DevicePlace source, Place destination, int64_t element_bytes,
                   const StridedDimensions &dimensions,
                   const std::vector<Bound> &bounds, bool zeros) {
  clip_box(dimensions, bounds, [&](const ClippedBox &box) {
    load_part(source, destination, element_bytes, box, zeros);
  });
}

void Emitter::load_part(DevicePlace source, Place destination,
                        int64_t element_bytes, const ClippedBox &box,
                        bool zeros) {
  if (zeros && !box.is_full()) {
    if (!box.is_empty() && load_padded(source, destination, element_bytes, box))
      return;
    fill(moved(destination, box.offsets[1]), element_bytes, 0, box.dimensions);
  }
  if (box.is_empty())
    return;
  Offsets start;
  StridedDimensions inside = inside_of(box, start);
  pieces(inside,
         [&](const Offsets &offsets, std::span<const StridedDimension> dims) {
           add(LoadCall{{source.operand, source.offset + start[0] + offsets[0]},
                        moved(destination, start[1] + offsets[1]),
                        box_of(dims, element_bytes, 0, 1)});
         });
}

bool Emitter::load_padded(DevicePlace source, Place destination,
                          int64_t element_bytes, const ClippedBox &box) {
  std::vector<PaddedDimension> dims = padded_dimensions(box);
  int64_t limit = capabilities_.box_limit;
  if (!capabilities_.zero_padding ||
      int(dims.size()) > std::min(capabilities_.box_dimensions, max_dimensions))
    return false;
  LoadCall call{source, moved(destination, box.offsets[1]), {}};
  Offsets start;
  inside_of(box, start);
  call.source.offset += start[0];
  call.box.element_bytes = element_bytes;
  call.box.rank = int(dims.size());
  for (size_t d = 0; d < dims.size(); ++d) {
    if (limit > 0 && dims[d].total() > limit)
      return false;
    call.box.dimensions[d] = dims[d].box;
  }
  add(call);
  return true;
}

void Emitter::store(Place source, DevicePlace destination,
                    int64_t element_bytes,
                    const StridedDimensions &dimensions) {
  pieces(dimensions,
         [&](const Offsets &offsets, std::span<const StridedDimension> dims) {
           add(StoreCall{moved(source, offsets[0]),
                         {destination.operand, destination.offset + offsets[1]},
                         box_of(dims, element_bytes, 0, 1)});
         });
}

void Emitter::move(Place source, Place destination, int64_t element_bytes,
                   const StridedDimensions &dimensions) {
  pieces(dimensions, [&](const Offsets &offsets,
                         std::span<const StridedDimension> dims) {
    add(MoveCall{moved(source, offsets[0]), moved(destination, offsets[1]),
                 box_of(dims, element_bytes, 0, 1)});
  });
}

} // namespace landfall::tile
