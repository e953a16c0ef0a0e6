//===- core_test.cpp - Encoded calls on a simulated core ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/atoll/driver/encoder.h"
#include "targets/atoll/sim/core.h"

#include <cstring>
#include <gtest/gtest.h>
#include <numeric>

namespace landfall::atoll {
namespace {

using tile::Queue;
using tile::Space;

constexpr uint64_t program_at = 1 << 20;

uint8_t number(Queue queue) { return uint8_t(queue); }

/// A core, 2 MiB of DRAM, and calls; operand k is at address k * 64 KiB.
class AtollCore : public testing::Test {
protected:
  AtollCore()
      : chip(description()), can(capabilities(chip)), encoder(can),
        dram(chip.dram_bytes()), clock(chip.dram_gb_per_s, chip.clock_mhz),
        core(chip, dram, clock) {}

  static ChipDescription description() {
    ChipDescription chip = chip_format.find("atoll1").take();
    chip.dram_mib = 2;
    return chip;
  }

  template <typename T> T *operand(uint64_t number) {
    return reinterpret_cast<T *>(dram.data() + (number << 16));
  }
  void order(Queue from, Queue to) {
    encoder.set(number(from), number(to));
    encoder.wait(number(from), number(to));
  }
  /// The error, or "".
  std::string run(std::span<const Instruction> stream) {
    std::memcpy(dram.data() + program_at, stream.data(), stream.size_bytes());
    std::vector<uint64_t> addresses = {0, 1 << 16, 2 << 16, 3 << 16};
    core.start(program_at, stream.size_bytes(), addresses, 0);
    Status status = sim_kit::run_together({&core.queues()}, 1'000'000,
                                          [] { return false; });
    return status.ok() ? "" : status.error().message;
  }
  std::string run() { return run(encoder.instructions()); }

  ChipDescription chip;
  tile::Capabilities can;
  Encoder encoder;
  std::vector<uint8_t> dram;
  sim_kit::DramClock clock;
  sim::Core core;
};

tile::Box rows(int64_t count, int64_t width, int64_t from, int64_t to,
               int64_t bytes) {
  return {bytes, 2, {{{count, from, to}, {width, bytes, bytes}}}};
}

TEST_F(AtollCore, BothGenerationsRunTheSameInstructions) {
  for (const chip_file::BuiltInChip &built_in : built_in_chips()) {
    auto found = chip_format.find(built_in.name);
    ASSERT_TRUE(found.ok()) << found.error().message;
    tile::Capabilities of = capabilities(*found);
    EXPECT_EQ(of.operations.size(), can.operations.size());
    EXPECT_EQ(of.products.size(), can.products.size());
    EXPECT_NE(built_in.name == "atoll1", of.matrix_edge == 32);
  }
  EXPECT_EQ(built_in_chips().size(), 2u);
}

/// (5x7) x (7x3) of int8 by uint8, through all memories.
TEST_F(AtollCore, MultipliesThroughAllMemories) {
  for (int k = 0; k < 35; ++k)
    operand<int8_t>(0)[k] = int8_t(k * 11);
  for (int k = 0; k < 21; ++k)
    operand<uint8_t>(1)[k] = uint8_t(k * 37);
  encoder.load({{0, 0}, {Space::staging, 64}, rows(5, 7, 7, 16, 1)});
  encoder.load({{1, 0}, {Space::right, 32}, rows(7, 3, 3, 8, 1)});
  order(Queue::load, Queue::move);
  encoder.move({{Space::staging, 64}, {Space::left, 0}, rows(5, 7, 16, 7, 1)});
  order(Queue::move, Queue::matrix);
  tile::MultiplyCall multiply;
  multiply.product = {DType::i8, DType::u8, DType::i32};
  multiply.rows = 5;
  multiply.columns = 3;
  multiply.depth = 7;
  multiply.left = {{Space::left, 0}, 7};
  multiply.right = {{Space::right, 32}, 8};
  multiply.accumulator = {{Space::accumulator, 128}, 16};
  encoder.multiply(multiply);
  multiply.adds = true;
  encoder.multiply(multiply);
  order(Queue::matrix, Queue::move);
  encoder.move(
      {{Space::accumulator, 128}, {Space::vector, 0}, rows(5, 3, 16, 12, 4)});
  order(Queue::move, Queue::store);
  encoder.store({{Space::vector, 0}, {2, 0}, rows(5, 3, 12, 12, 4)});
  ASSERT_EQ(run(), "");
  for (int i = 0; i < 5; ++i)
    for (int j = 0; j < 3; ++j) {
      int32_t sum = 0;
      for (int k = 0; k < 7; ++k)
        sum += operand<int8_t>(0)[i * 7 + k] * operand<uint8_t>(1)[k * 3 + j];
      EXPECT_EQ(operand<int32_t>(2)[i * 3 + j], 2 * sum) << i << " " << j;
    }
  EXPECT_EQ(core.multiply_adds(), 2u * 5 * 3 * 7);
}

TEST_F(AtollCore, LoadsSurroundABoxWithZeros) {
  for (int k = 0; k < 6; ++k)
    operand<float>(0)[k] = float(k + 1);
  tile::Box box = {4, 2, {{{2, 12, 16, 1, 0}, {3, 4, 4, 1, 0}}}};
  encoder.load({{0, 0}, {Space::vector, 64}, box});
  order(Queue::load, Queue::store);
  encoder.store({{Space::vector, 64}, {2, 0}, rows(3, 4, 16, 16, 4)});
  ASSERT_EQ(run(), "");
  std::vector<float> found(operand<float>(2), operand<float>(2) + 12);
  EXPECT_EQ(found, (std::vector<float>{0, 0, 0, 0, 0, 1, 2, 3, 0, 4, 5, 6}));
}

TEST_F(AtollCore, ComputesWithVectors) {
  for (int k = 0; k < 8; ++k)
    operand<float>(0)[k] = float(k - 3);
  encoder.load({{0, 0}, {Space::vector, 0}, rows(1, 8, 0, 0, 4)});
  order(Queue::load, Queue::vector);
  // Twice: |x|, then its sums over pairs, then sums times their number.
  encoder.vector({{ScalarOp::abs, DType::f32, DType::f32},
                  1,
                  {8},
                  {{Space::vector, 0}, {4}},
                  1,
                  {{{{Space::vector, 0}, {4}}}}});
  encoder.reduce({ScalarOp::add,
                  DType::f32,
                  2,
                  {4, 2},
                  {{Space::vector, 64}, {4, 0}},
                  {{Space::vector, 0}, {8, 4}}});
  encoder.ramp({{Space::vector, 128}, 10, -1, 4});
  encoder.vector({{ScalarOp::cast, DType::i32, DType::f32},
                  1,
                  {4},
                  {{Space::vector, 192}, {4}},
                  1,
                  {{{{Space::vector, 128}, {4}}}}});
  encoder.vector({{ScalarOp::mul, DType::f32, DType::f32},
                  1,
                  {4},
                  {{Space::vector, 192}, {4}},
                  2,
                  {{{{Space::vector, 64}, {4}}, {{Space::vector, 192}, {4}}}}});
  order(Queue::vector, Queue::store);
  encoder.store({{Space::vector, 192}, {2, 4}, rows(1, 4, 0, 0, 4)});
  ASSERT_EQ(run(), "");
  std::vector<float> found(operand<float>(2) + 1, operand<float>(2) + 5);
  EXPECT_EQ(found, (std::vector<float>{5 * 10, 1 * 9, 3 * 8, 7 * 7}));
}

TEST_F(AtollCore, GathersBlocksByIndex) {
  for (int k = 0; k < 32; ++k)
    operand<int16_t>(0)[k] = int16_t(100 + k);
  encoder.ramp({{Space::vector, 0}, 3, -2, 2}); // 3, 1
  order(Queue::vector, Queue::load);
  encoder.gather({{0, 8}, 16, 4, 2, {Space::vector, 0}, {Space::vector, 64}});
  order(Queue::load, Queue::store);
  encoder.store({{Space::vector, 64}, {2, 0}, rows(1, 4, 0, 0, 2)});
  ASSERT_EQ(run(), "");
  std::vector<int16_t> found(operand<int16_t>(2), operand<int16_t>(2) + 4);
  EXPECT_EQ(found, (std::vector<int16_t>{128, 129, 112, 113}));
}

TEST_F(AtollCore, GathersOutsideOfTheMemoryFail) {
  encoder.ramp({{Space::vector, 0}, -100000, 1, 2});
  order(Queue::vector, Queue::load);
  encoder.gather({{0, 8}, 16, 4, 2, {Space::vector, 0}, {Space::vector, 64}});
  EXPECT_NE(run().find("(gather) of the queue 'load' touches bytes outside of "
                       "DRAM"),
            std::string::npos);
}

TEST_F(AtollCore, AMissingFlagIsARace) {
  encoder.load({{0, 0}, {Space::vector, 0}, rows(1, 8, 0, 0, 4)});
  encoder.store({{Space::vector, 0}, {2, 0}, rows(1, 8, 0, 0, 4)});
  std::string error = run();
  EXPECT_NE(error.find("(store) of the queue 'store' reads bytes of the vector "
                       "buffer (0 to 32) that instruction"),
            std::string::npos)
      << error;
  EXPECT_NE(error.find("(load) of the queue 'load' writes"), std::string::npos);
}

TEST_F(AtollCore, IllegalInstructionsAreRefused) {
  auto refused = [&](Instruction instruction) {
    return run({&instruction, 1}).find("instruction 0 is illegal") == 0;
  };
  EXPECT_TRUE(refused({Opcode(99)}));
  EXPECT_TRUE(refused({Opcode::load, 9}));
  EXPECT_TRUE(refused({Opcode::dimension, 0, 4}));
  EXPECT_TRUE(refused({Opcode::set, 0, 5}));
  EXPECT_TRUE(refused({Opcode::load, number(Queue::store), 1, 4}));
  EXPECT_TRUE(refused({Opcode::multiply, number(Queue::matrix), 3, 7}));
  EXPECT_TRUE(
      refused({Opcode::vector, number(Queue::vector), 1, uint8_t(ScalarOp::tan),
               uint8_t(DType::f32), uint8_t(DType::f32)}));
  EXPECT_TRUE(refused({Opcode::reduce, number(Queue::vector), 0}));
  EXPECT_TRUE(refused({Opcode::move, number(Queue::move), 1, 4, 7}));
  Instruction operand;
  operand.opcode = Opcode::load;
  operand.address = 256;
  EXPECT_TRUE(refused(operand));
  EXPECT_EQ(run({}), "");
  core.start(program_at + 8, 32, {}, 0);
  EXPECT_FALSE(core.queues().step().ok()) << "not at a multiple of 32";
  core.start(uint64_t(0) - 32, 32, {}, 0);
  EXPECT_FALSE(core.queues().step().ok());
}

/// A matrix operation takes a cycle, of fp32 four.
TEST_F(AtollCore, ProductsOfFp32TakeFourTimesAsLong) {
  auto cycles = [&](DType type) {
    Encoder alone(can);
    tile::MultiplyCall multiply;
    multiply.product = {type, type, DType::f32};
    multiply.rows = multiply.columns = 64;
    multiply.depth = 32;
    multiply.left = {{Space::left, 0}, 32 * size_of(type)};
    multiply.right = {{Space::right, 0}, 64 * size_of(type)};
    multiply.accumulator = {{Space::accumulator, 0}, 256};
    alone.multiply(multiply);
    uint64_t before = core.queues().counters()[number(Queue::matrix)].busy;
    EXPECT_EQ(run(alone.instructions()), "");
    return core.queues().counters()[number(Queue::matrix)].busy - before;
  };
  EXPECT_EQ(cycles(DType::bf16), 4u * 4 * 2);
  EXPECT_EQ(cycles(DType::f32), 4u * 4 * 2 * 4);
}

} // namespace
} // namespace landfall::atoll
