//===- lane_table_test.cpp - Tables of bytes in registers -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// What is looked up is compared with the interpreter wherever a table of a
// network is (compiler/passes/tabulate_test.cpp); here: where, and at what
// cost.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/lanes/lane_table.h"

#include "compiler/kernels/frame/frame_for_test.h"

#include <gtest/gtest.h>

namespace landfall::kernels {
namespace {

Machine machine(int64_t register_bits, bool permutes_lanes) {
  Machine made;
  made.vector.register_bits = register_bits;
  made.vector.permutes_lanes = permutes_lanes;
  return made;
}

/// How many loads of a register a look-up makes, and the lanes of the result;
/// nothing if there is none.
struct Cost {
  int64_t loads;
  unsigned lanes;
};

std::optional<Cost> cost(const Machine &on, unsigned width) {
  Kernel kernel;
  FrameForTest frame(kernel, on, {});
  llvm::IRBuilderBase &b = frame.b;
  Lanes lanes(frame, width);
  auto *bytes = llvm::FixedVectorType::get(b.getInt8Ty(), width);
  llvm::Value *table = frame.stack_slot(b.getInt8Ty(), unsigned(table_bytes));
  llvm::Value *numbers = b.CreateFreeze(llvm::PoisonValue::get(bytes));
  llvm::Value *found = look_up(lanes, table, numbers);
  if (!found)
    return std::nullopt;
  int64_t loads = llvm::count_if(*b.GetInsertBlock(), [](auto &code) {
    return llvm::isa<llvm::LoadInst>(code);
  });
  auto *type = llvm::cast<llvm::FixedVectorType>(found->getType());
  return Cost{loads, type->getNumElements()};
}

TEST(LaneTable, isReadOnceWhateverTheLanes) {
  for (unsigned width : {1u, 7u, 16u, 32u}) {
    std::optional<Cost> found = cost(machine(512, true), width);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->loads * 512 / 8, table_bytes);
    EXPECT_EQ(found->lanes, width);
  }
}

TEST(LaneTable, notWithoutRegistersForIt) {
  EXPECT_FALSE(cost(machine(512, true), 64)) << "more lanes than words";
  EXPECT_FALSE(cost(machine(256, true), 16));
  EXPECT_FALSE(cost(machine(512, false), 16));
}

} // namespace
} // namespace landfall::kernels
