//===- interpreter_test.cpp - Whole kernels -------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/interpreter.h"
#include "package/kernel_for_test.h"

#include <gtest/gtest.h>

namespace landfall {
namespace {

Status run(const Kernel &kernel, std::vector<void *> operands,
           std::vector<int64_t> sizes) {
  return interpret(kernel, {operands, sizes});
}

TEST(Interpreter, RunsAMapOfAnySize) {
  float x[] = {1, -2, 3}, y[] = {1, 1, -5}, out[] = {9, 9, 9};
  ASSERT_TRUE(run(add_relu_kernel(), {x, y, out}, {2}).ok());
  EXPECT_EQ(out[0], 2);
  EXPECT_EQ(out[1], 0);
  EXPECT_EQ(out[2], 9);
  EXPECT_TRUE(run(add_relu_kernel(), {nullptr, nullptr, nullptr}, {0}).ok());
}

TEST(Interpreter, RunsAContractionWithItsEpilogue) {
  float a[] = {1, 2, 3, 4, 5, 6}, b[] = {1, 0, 0, 1, 1, 1}, out[4];
  ASSERT_TRUE(run(matmul_kernel(), {a, b, out}, {2, 2, 3}).ok());
  EXPECT_EQ(out[0], -4);
  EXPECT_EQ(out[1], -5);
  EXPECT_EQ(out[2], -10);
  EXPECT_EQ(out[3], -11);
  ASSERT_TRUE(run(matmul_kernel(), {a, b, out}, {2, 2, 0}).ok());
  EXPECT_EQ(out[3], 0) << "an empty sum is zero";
}

TEST(Interpreter, SumsRegardlessOfOrder) {
  float a[] = {1e8f, 1, -1e8f}, b[] = {1, 1, 1}, out[1];
  ASSERT_TRUE(run(matmul_kernel(), {a, b, out}, {1, 1, 3}).ok());
  EXPECT_EQ(out[0], -1);
}

TEST(Interpreter, RunsLoopsBranchesAndChecks) {
  int32_t x[] = {1, 2, 3, -9, 4, 5}, sums[6];
  int64_t halvings[2];
  ASSERT_TRUE(run(scan_kernel(), {x, sums, halvings}, {2, 3}).ok());
  EXPECT_EQ(std::vector<int32_t>(sums, sums + 6),
            (std::vector<int32_t>{3, 8, 11, 0, 9, 14}));
  EXPECT_EQ(halvings[0], 4);
  EXPECT_EQ(halvings[1], 4);
}

TEST(Interpreter, ReportsAFailedCheckWithItsValue) {
  int32_t x[] = {70, 20}, sums[2];
  int64_t halvings[1];
  Status status = run(scan_kernel(), {x, sums, halvings}, {1, 2});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::run_failed);
  EXPECT_EQ(render(status.error()),
            "node 'Scan_3' (Scan): the sum is not below 100; where value = "
            "110");
}

TEST(Interpreter, RefusesAnAccessOutside) {
  KernelMaker k("outside", KernelClass::map);
  k.kernel.loops = {fixed(2)};
  uint32_t x = k.input(DType::f32, {fixed(1)});
  k.output(DType::f32, {fixed(2)});
  NodeId i = k.param(DType::i64);
  k.yield({k.load(x, {i})});
  float in[1] = {}, out[2];
  Status status = run(k.kernel, {in, out}, {});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::internal);
  EXPECT_NE(status.error().message.find("index 1"), std::string::npos);
}

TEST(Interpreter, SwapsCarriedValues) {
  // Fibonacci: (a, b) -> (b, a + b), ten times.
  KernelMaker k("fibonacci", KernelClass::map);
  k.output(DType::i64, {});
  NodeId loop =
      k.nest(NodeKind::loop,
             {k.literal(0), k.literal(10), k.literal(0), k.literal(1)}, {[&] {
               k.param(DType::i64);
               NodeId a = k.param(DType::i64), b = k.param(DType::i64);
               k.yield({b, k.scalar(ScalarOp::add, DType::i64, {a, b})});
             }});
  k.yield({k.result(loop, 0, DType::i64)});
  int64_t out = 0;
  ASSERT_TRUE(run(k.kernel, {&out}, {}).ok());
  EXPECT_EQ(out, 55);
}

TEST(Interpreter, EndsWhenItsBudgetIsUsedUp) {
  Kernel kernel = endless_kernel();
  ASSERT_TRUE(verify(kernel).ok());
  float x[1] = {1}, y[1];
  void *operands[] = {x, y};
  const int64_t sizes[] = {1};
  uint64_t steps = 0;
  InterpreterBudget budget;
  budget.steps = 1'000'000;
  Status status =
      interpret(kernel, {operands, sizes}, Precision::exact, &steps, budget);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::cancelled);
  EXPECT_EQ(status.error().place.node, (ModelNode{"Loop_0", false, "Loop"}));
  EXPECT_GE(steps, budget.steps);
  EXPECT_LT(steps, budget.steps + (1 << 17));
}

TEST(Interpreter, EndsWhenItIsStopped) {
  float x[1] = {1}, y[1];
  void *operands[] = {x, y};
  const int64_t sizes[] = {1};
  std::atomic<bool> stop = true;
  InterpreterBudget budget;
  budget.stop = &stop;
  Status status = interpret(endless_kernel(), {operands, sizes},
                            Precision::exact, nullptr, budget);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::cancelled);
}

TEST(Interpreter, RejectsLaunchesThatDoNotFit) {
  EXPECT_FALSE(run(add_relu_kernel(), {nullptr}, {1}).ok());
  EXPECT_FALSE(run(add_relu_kernel(), {nullptr, nullptr, nullptr}, {-1}).ok());
}

} // namespace
} // namespace landfall
