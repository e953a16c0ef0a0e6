//===- encoder.h - The tiler's calls as instructions -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/atoll/chip/instruction.h"
#include "tile/engine_backend.h"

namespace landfall::atoll {

/// Encodes the calls of one core. A kernel's operand k is in address register
/// k. Registers of dimensions are set where they change.
class Encoder final : public tile::EngineBackend {
public:
  /// The capabilities outlive this.
  explicit Encoder(const tile::Capabilities &can) : products_(can.products) {}

  std::span<const Instruction> instructions() const { return list_; }

  void load(const tile::LoadCall &call) override;
  void store(const tile::StoreCall &call) override;
  void move(const tile::MoveCall &call) override;
  void fill(const tile::FillCall &call) override;
  void multiply(const tile::MultiplyCall &call) override;
  void vector(const tile::VectorCall &call) override;
  void reduce(const tile::ReduceCall &call) override;
  void ramp(const tile::RampCall &call) override;
  void gather(const tile::GatherCall &call) override;
  void set(uint8_t from, uint8_t to) override {
    emit(Opcode::set, tile::Queue(from), to, {}, 0, 0, {});
  }
  void wait(uint8_t from, uint8_t to) override {
    emit(Opcode::wait, tile::Queue(to), from, {}, 0, 0, {});
  }

private:
  using Strides = std::array<int64_t, 4>;
  struct Register {
    int64_t count = 1;
    Strides strides = {};
    int64_t before = 0, after = 0;
  };

  /// `kinds`: operation, type and result.
  void emit(Opcode opcode, tile::Queue queue, int rank,
            std::array<int, 3> kinds, int64_t address, int64_t wide,
            std::initializer_list<int64_t> places);
  void set_register(tile::Queue queue, int number, const Register &value);
  void set_box(tile::Queue queue, const tile::Box &box);
  void set_vector(int rank, std::span<const int64_t> counts,
                  std::span<const tile::VectorOperand *const> operands);

  std::span<const tile::MatrixProduct> products_;
  std::vector<Instruction> list_;
  Register registers_[queue_count][dimension_registers];
};

} // namespace landfall::atoll
