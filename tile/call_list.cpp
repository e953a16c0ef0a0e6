//===- call_list.cpp - Calls on a backend, recorded -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/call_list.h"

namespace landfall::tile {

namespace {

/// Grows from one element to all of a strided operand.
class Range {
public:
  Range(Place place, int64_t bytes, bool writes)
      : access_{place.space, place.offset, place.offset + bytes, writes} {}

  void extend(int64_t count, int64_t stride) {
    int64_t reach = (count - 1) * stride;
    (reach < 0 ? access_.begin : access_.end) += reach;
  }
  const Access &access() const { return access_; }

private:
  Access access_;
};

Access source_of(Place place, const Box &box) {
  Range range(place, box.element_bytes, false);
  for (int d = 0; d < box.rank; ++d)
    range.extend(box.dimensions[d].count, box.dimensions[d].source_stride);
  return range.access();
}

Access destination_of(Place place, const Box &box) {
  Range range(place, box.element_bytes, true);
  for (int d = 0; d < box.rank; ++d) {
    const BoxDimension &dim = box.dimensions[d];
    range.extend(dim.before + dim.count + dim.after, dim.destination_stride);
  }
  return range.access();
}

Access operand_of(const VectorOperand &operand, int64_t bytes,
                  std::span<const int64_t> counts, bool writes) {
  Range range(operand.place, bytes, writes);
  for (size_t d = 0; d < counts.size(); ++d)
    range.extend(counts[d], operand.strides[d]);
  return range.access();
}

Access matrix_of(const Matrix &matrix, DType type, int64_t rows,
                 int64_t columns, bool writes) {
  Range range(matrix.place, columns * size_of(type), writes);
  range.extend(rows, matrix.row_stride);
  return range.access();
}

struct Accesses {
  std::vector<Access> operator()(const LoadCall &call) const {
    return {destination_of(call.destination, call.box)};
  }
  std::vector<Access> operator()(const StoreCall &call) const {
    return {source_of(call.source, call.box)};
  }
  std::vector<Access> operator()(const MoveCall &call) const {
    return {source_of(call.source, call.box),
            destination_of(call.destination, call.box)};
  }
  std::vector<Access> operator()(const FillCall &call) const {
    return {destination_of(call.destination, call.box)};
  }
  std::vector<Access> operator()(const MultiplyCall &call) const {
    const MatrixProduct &p = call.product;
    std::vector<Access> result = {
        matrix_of(call.left, p.left, call.rows, call.depth, false),
        matrix_of(call.right, p.right, call.depth, call.columns, false),
        matrix_of(call.accumulator, p.accumulator, call.rows, call.columns,
                  true)};
    return result;
  }
  std::vector<Access> operator()(const VectorCall &call) const {
    std::span counts(call.counts.data(), size_t(call.rank));
    bool chooses = call.operation.op == ScalarOp::select;
    std::vector<Access> result;
    for (int s = 0; s < call.source_count; ++s) {
      DType type = chooses && s == 0 ? DType::boolean : call.operation.type;
      result.push_back(
          operand_of(call.sources[size_t(s)], size_of(type), counts, false));
    }
    result.push_back(operand_of(call.destination,
                                size_of(call.operation.result), counts, true));
    return result;
  }
  std::vector<Access> operator()(const ReduceCall &call) const {
    std::span counts(call.counts.data(), size_t(call.rank));
    int64_t bytes = size_of(call.type);
    return {operand_of(call.source, bytes, counts, false),
            operand_of(call.destination, bytes, counts.first(counts.size() - 1),
                       true)};
  }
  std::vector<Access> operator()(const RampCall &call) const {
    Range range(call.destination, 4, true);
    range.extend(call.count, 4);
    return {range.access()};
  }
  std::vector<Access> operator()(const GatherCall &call) const {
    Range indices(call.indices, 4, false);
    indices.extend(call.count, 4);
    Range blocks(call.destination, call.block_bytes, true);
    blocks.extend(call.count, call.block_bytes);
    return {indices.access(), blocks.access()};
  }
};

struct QueueOf {
  Queue operator()(const LoadCall &) const { return Queue::load; }
  Queue operator()(const StoreCall &) const { return Queue::store; }
  Queue operator()(const MoveCall &) const { return Queue::move; }
  Queue operator()(const FillCall &call) const {
    bool in_vector = call.destination.space == Space::vector;
    return in_vector ? Queue::vector : Queue::move;
  }
  Queue operator()(const MultiplyCall &) const { return Queue::matrix; }
  Queue operator()(const VectorCall &) const { return Queue::vector; }
  Queue operator()(const ReduceCall &) const { return Queue::vector; }
  Queue operator()(const RampCall &) const { return Queue::vector; }
  Queue operator()(const GatherCall &) const { return Queue::load; }
};

struct Emit {
  EngineBackend &backend;
  void operator()(const LoadCall &call) const { backend.load(call); }
  void operator()(const StoreCall &call) const { backend.store(call); }
  void operator()(const MoveCall &call) const { backend.move(call); }
  void operator()(const FillCall &call) const { backend.fill(call); }
  void operator()(const MultiplyCall &call) const { backend.multiply(call); }
  void operator()(const VectorCall &call) const { backend.vector(call); }
  void operator()(const ReduceCall &call) const { backend.reduce(call); }
  void operator()(const RampCall &call) const { backend.ramp(call); }
  void operator()(const GatherCall &call) const { backend.gather(call); }
};

} // namespace

Queue queue_of(const Call &call) { return std::visit(QueueOf{}, call); }

void emit(const Call &call, EngineBackend &backend) {
  std::visit(Emit{backend}, call);
}

std::vector<Access> accesses_of(const Call &call) {
  return std::visit(Accesses{}, call);
}

} // namespace landfall::tile
