//===- call_printer.h - Calls on a backend as text -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "tile/engine_backend.h"

#include <string>

namespace landfall::tile {

/// Passes all calls on to a chip's encoder, and writes a line for each:
///
///   load      op1+256 -> staging@0: 4 bytes [64: 256 -> 1024] [256: 4 -> 4]
///   multiply  left@0 (row 64) * right@0 (row 256) -> accumulator@0 (row 256):
///             f32 f32 f32, 16 x 64 x 16, adds
///   vector    add f32: vector@0 [4] vector@256 [4] -> vector@0 [4]; 64
///   set       load -> move
///
/// Places are bytes from the begin of an operand of the kernel (`op1`) or of a
/// space. Dimensions are outermost first: a count, then strides in bytes, from
/// the source to the destination; `2+14+2` is a count with zeros around it.
/// Lines are not broken.
class CallPrinter final : public EngineBackend {
public:
  /// Both outlive this; queues have the numbers of the capabilities.
  CallPrinter(const Capabilities &capabilities, EngineBackend &encoder,
              std::string &text)
      : capabilities_(capabilities), encoder_(encoder), text_(text) {}

  void load(const LoadCall &call) override;
  void store(const StoreCall &call) override;
  void move(const MoveCall &call) override;
  void fill(const FillCall &call) override;
  void multiply(const MultiplyCall &call) override;
  void vector(const VectorCall &call) override;
  void reduce(const ReduceCall &call) override;
  void ramp(const RampCall &call) override;
  void gather(const GatherCall &call) override;
  void set(uint8_t from, uint8_t to) override;
  void wait(uint8_t from, uint8_t to) override;

private:
  std::string queue(uint8_t number) const;

  const Capabilities &capabilities_;
  EngineBackend &encoder_;
  std::string &text_;
};

} // namespace landfall::tile
