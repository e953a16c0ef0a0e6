//===- encoder.h - The tiler's calls as instructions -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/newchip/chip/instruction.h"
#include "tile/engine_backend.h"

namespace landfall::newchip {

/// Encodes the calls of one core. A kernel's operand k is in address register
/// k.
class Encoder final : public tile::EngineBackend {
public:
  explicit Encoder(const tile::Capabilities &) {}

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
  void set(uint8_t from, uint8_t to) override;
  void wait(uint8_t from, uint8_t to) override;

private:
  Instruction &add(Opcode opcode, tile::Queue queue, int rank = 0);
  Instruction &add_copy(Opcode opcode, tile::Queue queue, const tile::Box &box);
  void add_operand(Instruction &to, int number,
                   const tile::VectorOperand &operand);

  std::vector<Instruction> list_;
};

} // namespace landfall::newchip
