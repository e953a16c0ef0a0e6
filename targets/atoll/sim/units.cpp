//===- units.cpp - What instructions do, and how long it takes ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/scalar_op.h"
#include "targets/atoll/sim/core.h"

#include <algorithm>
#include <cstring>

namespace landfall::atoll::sim {

namespace {

using sim_kit::Timing;
constexpr size_t buffer = size_t(tile::Space::vector);

uint64_t in_units(uint64_t amount, uint64_t unit) {
  return (amount + unit - 1) / unit;
}

class Operation : public sim_kit::Work {
public:
  Operation(const Decoded &decoded, Units &units)
      : in_(decoded.fields), dims_(decoded.dimensions),
        address_(decoded.address), units_(units) {}

protected:
  /// The registers that the instruction uses.
  sim_kit::Loops loops() const { return {dims_.data(), in_.rank}; }

  /// A transfer with DRAM of these runs, and bytes in all. DRAM is moved in
  /// whole lines.
  Timing transfer(uint64_t start, uint64_t runs, uint64_t run_bytes,
                  uint64_t bytes) const {
    constexpr uint64_t line = 64;
    uint64_t rate = units_.chip.dma_bytes_per_cycle;
    uint64_t lines = in_units(run_bytes, line) * line * runs;
    uint64_t booked = units_.dram->book(sim_kit::DramClock::User::transfer,
                                        lines, start, rate);
    uint64_t next =
        std::max(start + std::max(runs, in_units(bytes, rate)), booked);
    return {next, next + units_.chip.dram_latency_cycles()};
  }

  const Instruction in_;
  const Dimensions dims_;
  const int64_t address_;
  Units &units_;
};

/// load, store, move, fill: element bytes in `operation`. Strides 0 are those
/// in DRAM, or of a move's source; strides 1 the others.
class Copy final : public Operation {
public:
  using Operation::Operation;

  void footprint(sim_kit::Footprint &bytes) const override {
    bool reads = in_.opcode != Opcode::fill, loads = in_.opcode == Opcode::load;
    auto dims = sim_kit::strides_of(loops(), to_operand());
    auto [from_space, from] = source();
    auto [to_space, to] = destination();
    bytes.writes(to_space, to, in_.operation, dims);
    dims = sim_kit::strides_of(loops(), 1 - to_operand());
    for (size_t d = 0; d < dims.size() && loads; ++d)
      dims[d].count = dims_[d].count;
    if (reads)
      bytes.reads(from_space, from, in_.operation, dims);
  }

  Timing execute(uint64_t start) override {
    auto [from_space, from] = source();
    auto [to_space, to] = destination();
    sim_kit::CopySide into = {units_.memories[to_space], to, to_operand()};
    if (in_.opcode == Opcode::fill)
      sim_kit::fill_elements(into, in_.operation, in_.wide, loops());
    else
      sim_kit::copy_elements(
          into, {units_.memories[from_space], from, 1 - to_operand()},
          in_.operation, loops());
    // Dense elements of DRAM, or of the destination, are one run.
    bool loads = from_space == dram_space;
    auto box = sim_kit::ByteBox::make(
        loads ? from : to, in_.operation,
        sim_kit::strides_of(loops(), loads ? 0 : to_operand()), INT64_MAX);
    uint64_t bytes = sim_kit::points(loops()) * in_.operation;
    if (loads || to_space == dram_space)
      return transfer(start, box->runs(), box->run_bytes(), bytes);
    uint64_t next =
        start + std::max({uint64_t(1), box->runs(),
                          in_units(bytes, units_.chip.move_bytes_per_cycle)});
    return {next, next};
  }

private:
  using Side = std::pair<size_t, int64_t>; ///< Space and offset.
  size_t to_operand() const { return in_.opcode == Opcode::store ? 0 : 1; }
  Side source() const {
    return in_.opcode == Opcode::load ? Side(dram_space, address_)
                                      : Side(in_.type, in_.places[1]);
  }
  Side destination() const {
    return in_.opcode == Opcode::store ? Side(dram_space, address_)
                                       : Side(in_.result, in_.places[0]);
  }
};

/// Blocks of DRAM, with indices from the vector buffer. Register 0: their
/// number, and the bytes that an index counts; register 1: bytes of a block.
class Gather final : public Operation {
public:
  using Operation::Operation;

  void footprint(sim_kit::Footprint &bytes) const override {
    bytes.reads(buffer, in_.places[1], count() * sizeof(int32_t), {});
    bytes.writes(buffer, in_.places[0], count() * block(), {});
    if (bytes.outside() || count() == 0)
      return; // There are no indices.
    auto [low, high] = std::ranges::minmax(indices());
    sim_kit::Stride blocks = {uint64_t(int64_t(high) - low + 1), distance()};
    bytes.reads(dram_space, address_ + low * distance(), block(), {&blocks, 1});
  }

  Timing execute(uint64_t start) override {
    uint8_t *to = units_.memories[buffer] + in_.places[0];
    for (int32_t index : indices()) {
      std::memcpy(to,
                  units_.memories[dram_space] + address_ + index * distance(),
                  block());
      to += block();
    }
    return transfer(start, count(), block(), count() * block());
  }

private:
  uint64_t count() const { return dims_[0].count; }
  uint64_t block() const { return dims_[1].count; }
  int64_t distance() const { return dims_[0].strides[0]; }
  std::vector<int32_t> indices() const {
    std::vector<int32_t> list(count());
    std::memcpy(list.data(), units_.memories[buffer] + in_.places[1],
                count() * sizeof(int32_t));
    return list;
  }
};

/// Register 0: rows, and their distances in L0C (stride 0) and L0A (1).
/// Register 1: columns. Register 2: depth, and the distance of rows in L0B (2).
class Multiply final : public Operation {
public:
  using Operation::Operation;

  void footprint(sim_kit::Footprint &bytes) const override {
    sim_kit::MatrixProduct product = operands();
    auto run = [](uint64_t count, DType type) { return count * size_of(type); };
    sim_kit::Stride left = {product.rows, product.left.stride};
    sim_kit::Stride right = {product.depth, product.right.stride};
    sim_kit::Stride sums = {product.rows, product.sums.stride};
    bytes.reads(size_t(tile::Space::left), in_.places[1],
                run(product.depth, product.left.type), {&left, 1});
    bytes.reads(size_t(tile::Space::right), in_.places[2],
                run(product.columns, product.right.type), {&right, 1});
    bytes.writes(size_t(tile::Space::accumulator), in_.places[0],
                 run(product.columns, product.sums.type), {&sums, 1});
  }

  Timing execute(uint64_t start) override {
    sim_kit::MatrixProduct product = operands();
    sim_kit::multiply(product);
    units_.multiply_adds += product.rows * product.columns * product.depth;
    uint64_t edge = units_.chip.matrix_edge;
    uint64_t blocks = in_units(product.rows, edge) *
                      in_units(product.columns, edge) *
                      in_units(product.depth, edge);
    uint64_t next =
        start + std::max<uint64_t>(1, blocks * block_cycles(kind()));
    return {next, next + edge}; // The length of the pipeline.
  }

private:
  const tile::MatrixProduct &kind() const {
    return units_.can.products[in_.operation & ~adds_bit];
  }
  sim_kit::MatrixProduct operands() const {
    auto at = [&](tile::Space space, int place) {
      return units_.memories[size_t(space)] + in_.places[place];
    };
    return {dims_[0].count,
            dims_[1].count,
            dims_[2].count,
            {kind().left, at(tile::Space::left, 1), dims_[0].strides[1]},
            {kind().right, at(tile::Space::right, 2), dims_[2].strides[2]},
            {kind().accumulator, at(tile::Space::accumulator, 0),
             dims_[0].strides[0]},
            bool(in_.operation & adds_bit),
            units_.chip.matrix_edge};
  }
};

/// vector, reduce, ramp: in the vector buffer.
class Vector final : public Operation {
public:
  using Operation::Operation;

  void footprint(sim_kit::Footprint &bytes) const override {
    sim_kit::ElementOperation operation = this->operation();
    size_t sources = in_.opcode == Opcode::ramp     ? 0
                     : in_.opcode == Opcode::reduce ? 1
                                                    : operation.sources();
    for (size_t k = 1; k <= sources; ++k)
      bytes.reads(buffer, in_.places[k], size_of(operation.source_type(k)),
                  sim_kit::strides_of(loops(), k));
    bytes.writes(
        buffer, in_.places[0], size_of(operation.result),
        sim_kit::strides_of(
            loops().first(in_.rank - (in_.opcode == Opcode::reduce)), 0));
  }

  Timing execute(uint64_t start) override {
    uint8_t *memory = units_.memories[buffer];
    auto [to, a, b, c] = in_.places;
    if (in_.opcode == Opcode::ramp)
      for (uint64_t k = 0; k < dims_[0].count; ++k)
        sim_kit::fill_elements({memory, to + int64_t(k) * 4}, 4,
                               in_.wide + k * dims_[0].strides[1], {});
    else if (in_.opcode == Opcode::reduce)
      sim_kit::reduce_elements(operation(), memory, {to, a}, loops());
    else
      sim_kit::compute_elements(operation(), memory, {to, a, b, c}, loops());
    uint64_t next = start + cycles();
    return {next, next};
  }

private:
  sim_kit::ElementOperation operation() const {
    if (in_.opcode == Opcode::ramp)
      return {ScalarOp::add, DType::i32, DType::i32};
    return {ScalarOp(in_.operation), DType(in_.type), DType(in_.result)};
  }

  uint64_t cycles() const {
    constexpr uint64_t startup = 4, division = 4, series = 8;
    sim_kit::ElementOperation operation = this->operation();
    uint64_t width =
        std::max(size_of(operation.type), size_of(operation.result));
    uint64_t row = in_.rank ? dims_[in_.rank - 1].count : 1;
    uint64_t rows = row ? sim_kit::points(loops()) / row : 0;
    ScalarCost cost = cost_of(operation.op);
    uint64_t each = cost == ScalarCost::simple     ? 1
                    : cost == ScalarCost::division ? division
                                                   : series;
    return startup +
           rows * in_units(row * width, units_.chip.vector_bytes) * each;
  }
};

} // namespace

std::unique_ptr<sim_kit::Work> make_work(const Decoded &decoded, Units &units) {
  switch (decoded.fields.opcode) {
  case Opcode::gather:
    return std::make_unique<Gather>(decoded, units);
  case Opcode::multiply:
    return std::make_unique<Multiply>(decoded, units);
  case Opcode::vector:
  case Opcode::reduce:
  case Opcode::ramp:
    return std::make_unique<Vector>(decoded, units);
  default:
    return std::make_unique<Copy>(decoded, units);
  }
}

} // namespace landfall::atoll::sim
