//===- call_printer_test.cpp - Calls on a backend as text -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/call_printer.h"

#include <gtest/gtest.h>

namespace landfall::tile {
namespace {

/// Counts what is passed on.
class Counter final : public EngineBackend {
public:
  void load(const LoadCall &) override { ++count; }
  void store(const StoreCall &) override { ++count; }
  void move(const MoveCall &) override { ++count; }
  void fill(const FillCall &) override { ++count; }
  void multiply(const MultiplyCall &) override { ++count; }
  void vector(const VectorCall &) override { ++count; }
  void reduce(const ReduceCall &) override { ++count; }
  void ramp(const RampCall &) override { ++count; }
  void gather(const GatherCall &) override { ++count; }
  void set(uint8_t, uint8_t) override { ++count; }
  void wait(uint8_t, uint8_t) override { ++count; }
  int count = 0;
};

TEST(CallPrinter, WritesALineForEachCallAndPassesItOn) {
  Capabilities chip;
  chip.queues = {4, 3, 2, 1, 0};
  Counter encoder;
  std::string text;
  CallPrinter printer(chip, encoder, text);
  Place buffer = {Space::vector, 64};
  Box box = {1, 2, {{{5, 7, 8, 0, 0}, {6, 1, 1, 1, 2}}}};
  printer.load({{2, 40}, {Space::staging, 0}, box});
  printer.store({buffer, {3, 0}, {4, 0, {}}});
  printer.move({{Space::staging, 0}, {Space::left, 32}, {4, 1, {{{9, 4, 4}}}}});
  printer.fill({buffer, 0x3f800000, {4, 1, {{{9, 0, 4}}}}});
  MultiplyCall multiply;
  multiply.product = {DType::u8, DType::i8, DType::i32};
  multiply.rows = 3;
  multiply.depth = 16;
  multiply.left = {{Space::left, 0}, 16};
  multiply.right = {{Space::right, 0}, 1};
  multiply.accumulator = {{Space::accumulator, 0}, 4};
  multiply.adds = true;
  printer.multiply(multiply);
  VectorCall vector;
  vector.operation = {ScalarOp::lt, DType::f32, DType::boolean};
  vector.rank = 2;
  vector.counts = {3, 5};
  vector.source_count = 2;
  vector.sources[0] = {buffer, {20, 4}};
  vector.sources[1] = {buffer, {0, 0}};
  vector.destination = {{Space::vector, 512}, {5, 1}};
  printer.vector(vector);
  ReduceCall reduce;
  reduce.rank = 2;
  reduce.counts = {3, 5};
  reduce.source = {buffer, {20, 4}};
  reduce.destination = {{Space::vector, 512}, {4}};
  printer.reduce(reduce);
  printer.ramp({buffer, 3, 2, 10});
  printer.gather({{1, 4}, 8, 16, 2, {Space::vector, 0}, buffer});
  printer.set(4, 2);
  printer.wait(4, 2);
  EXPECT_EQ(encoder.count, 11);
  EXPECT_EQ(text,
            "load      op2+40 -> staging@0: 1 bytes [5: 7 -> 8] [1+6+2: 1 -> "
            "1]\n"
            "store     vector@64 -> op3+0: 4 bytes\n"
            "move      staging@0 -> left@32: 4 bytes [9: 4 -> 4]\n"
            "fill      0x3f800000 -> vector@64: 4 bytes [9: 0 -> 4]\n"
            "multiply  left@0 (row 16) * right@0 (row 1) -> accumulator@0 "
            "(row 4): uint8 int8 int32, 3 x 1 x 16, adds\n"
            "vector    lt float32 to bool: vector@64 [20 4] vector@64 [0 0] -> "
            "vector@512 [5 1]; 3 x 5\n"
            "reduce    add float32: vector@64 [20 4] -> vector@512 [4]; 3 x 5\n"
            "ramp      3 by 2 -> vector@64; 10\n"
            "gather    op1+4 by vector@0 * 8 -> vector@64: 2 blocks of 16 "
            "bytes\n"
            "set       load -> move\n"
            "wait      load -> move\n");
}

} // namespace
} // namespace landfall::tile
