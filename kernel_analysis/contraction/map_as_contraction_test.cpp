//===- map_as_contraction_test.cpp - And back -----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/contraction/contraction_as_map.h"
#include "kernel_analysis/contraction/map_as_contraction.h"

#include "kernel_analysis/rewrite/run_for_test.h"

namespace landfall::analysis {
namespace {

TEST(MapAsContraction, isTheInverse) {
  for (const Kernel &matmul : {integer_matmul(), matmul_kernel()}) {
    Kernel again = map_as_contraction(contraction_as_map(matmul)).take();
    EXPECT_TRUE(verify(again).ok());
    EXPECT_EQ(again.kind, KernelClass::contraction);
    EXPECT_EQ(again.reduce, matmul.reduce);
    EXPECT_EQ(again.accumulator, matmul.accumulator);
    if (matmul.accumulator == DType::i32)
      EXPECT_EQ(run(again, {2, 3, 4}, {8, 12, 6}),
                run(matmul, {2, 3, 4}, {8, 12, 6}));
  }
}

/// y[i] = (x[i, 0] * w[0, 0] + ... over r < 2, c < size 1) * 3 + x[i, 0].
Kernel nested(int64_t start, ScalarOp join) {
  KernelMaker k("nested", KernelClass::map);
  k.kernel.size_count = 2;
  k.kernel.loops = {sized(0)};
  uint32_t x = k.input(DType::i32, {sized(0), sized(1)});
  uint32_t w = k.input(DType::i32, {fixed(2), sized(1)});
  k.output(DType::i32, {sized(0)});
  NodeId i = k.param(DType::i64);
  auto i32 = [&](ScalarOp op, NodeId a, NodeId b) {
    return k.scalar(op, DType::i32, {a, b});
  };
  NodeId first = k.literal(start, DType::i32);
  NodeId outer =
      k.nest(NodeKind::loop, {k.literal(0), k.literal(2), first}, {[&] {
               NodeId r = k.param(DType::i64), all = k.param(DType::i32);
               NodeId inner = k.nest(
                   NodeKind::loop, {k.literal(0), k.size(1), all}, {[&] {
                     NodeId c = k.param(DType::i64), sum = k.param(DType::i32);
                     NodeId product = i32(ScalarOp::mul, k.load(x, {i, c}),
                                          k.load(w, {r, c}));
                     k.yield({i32(join, sum, product)});
                   }});
               k.yield({k.result(inner, 0, DType::i32)});
             }});
  NodeId sum = k.result(outer, 0, DType::i32);
  NodeId three = i32(ScalarOp::mul, sum, k.literal(3, DType::i32));
  k.yield({i32(ScalarOp::add, three, k.load(x, {i, k.literal(0)}))});
  return std::move(k.kernel);
}

TEST(MapAsContraction, foldsInFoldsAreSummedLoops) {
  Kernel map = nested(0, ScalarOp::add);
  Kernel sum = map_as_contraction(map).take();
  EXPECT_TRUE(verify(sum).ok());
  EXPECT_EQ(sum.reduce.size(), 2u);
  EXPECT_EQ(run(sum, {3, 4}, {12, 8, 3}), run(map, {3, 4}, {12, 8, 3}));
}

TEST(MapAsContraction, otherFoldsAreNone) {
  auto reason = [](const Kernel &kernel) {
    Result<Kernel> made = map_as_contraction(kernel);
    return made ? "" : made.error().message;
  };
  EXPECT_EQ(reason(nested(1, ScalarOp::add)), "its sum does not begin at 0");
  EXPECT_EQ(reason(nested(0, ScalarOp::max)), "it is no sum");
  EXPECT_EQ(reason(integer_matmul()), "it is no map");
  KernelMaker k("sums", KernelClass::map);
  k.kernel.size_count = 2;
  k.kernel.loops = {sized(0)};
  uint32_t x = k.input(DType::i32, {sized(0), sized(1)});
  k.output(DType::i32, {sized(0)});
  NodeId i = k.param(DType::i64);
  k.yield({row_sum(k, x, i)});
  EXPECT_EQ(reason(k.kernel), "it sums no products");
}

} // namespace
} // namespace landfall::analysis
