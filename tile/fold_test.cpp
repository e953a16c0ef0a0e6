//===- fold_test.cpp - Reductions and other folds in tiles ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/emitter.h"
#include "tile/run_for_test.h"

#include <cmath>

namespace landfall::tile {
namespace {

constexpr DType f32 = DType::f32, i64 = DType::i64;

const std::vector<std::vector<int64_t>> matrices = {
    {1, 1}, {3, 5}, {0, 4}, {4, 0}, {7, 33}, {2, 3000}, {130, 17}};

class FoldMaker : public KernelMaker {
public:
  using KernelMaker::KernelMaker;
  NodeId op(ScalarOp op, NodeId a, NodeId b) {
    return scalar(op, kernel.nodes[a].type, {a, b});
  }
  NodeId fold(NodeId extent, NodeId init,
              const std::function<NodeId(NodeId index, NodeId carried)> &body) {
    DType type = kernel.nodes[init].type;
    NodeId loop = nest(NodeKind::loop, {literal(0), extent, init}, {[&] {
                         NodeId index = param(i64), carried = param(type);
                         yield({body(index, carried)});
                       }});
    return result(loop, 0, type);
  }
};

/// Softmax over `axis` of [s0, s1, s2].
Kernel softmax(int axis) {
  FoldMaker k(fmt::format("softmax{}", axis), KernelClass::map);
  k.kernel.size_count = 3;
  k.kernel.loops = {sized(0), sized(1), sized(2)};
  uint32_t x = k.input(f32, k.kernel.loops);
  k.output(f32, k.kernel.loops);
  std::vector<NodeId> at = {k.param(i64), k.param(i64), k.param(i64)};
  auto along = [&](NodeId index) {
    std::vector<NodeId> moved = at;
    moved[size_t(axis)] = index;
    return k.load(x, moved);
  };
  NodeId extent = k.size(uint32_t(axis));
  NodeId top = k.fold(extent, k.real(-INFINITY), [&](NodeId i, NodeId best) {
    return k.op(ScalarOp::max, best, along(i));
  });
  auto lifted = [&](NodeId v) {
    return k.scalar(ScalarOp::exp, f32, {k.op(ScalarOp::sub, v, top)});
  };
  NodeId sum = k.fold(extent, k.real(0), [&](NodeId i, NodeId total) {
    return k.op(ScalarOp::add, total, lifted(along(i)));
  });
  k.yield({k.op(ScalarOp::div, lifted(k.load(x, at)), sum)});
  return std::move(k.kernel);
}

TEST(Fold, SoftmaxOverAnyAxis) {
  for (int axis = 0; axis < 3; ++axis)
    check_kernel(
        softmax(axis),
        {{1, 1, 1}, {2, 3, 5}, {4, 33, 7}, {20, 5, 9}, {0, 3, 3}, {1, 1, 2000}},
        {1e-6, 1e-7});
}

/// y[i, j] = (x - mean) / sqrt(var + eps) * g[j] over rows.
TEST(Fold, LayerNormalization) {
  FoldMaker k("layer_norm", KernelClass::map);
  k.kernel.size_count = 2;
  k.kernel.loops = {sized(0), sized(1)};
  uint32_t x = k.input(f32, k.kernel.loops), g = k.input(f32, {sized(1)});
  k.output(f32, k.kernel.loops);
  NodeId i = k.param(i64), j = k.param(i64), n = k.size(1);
  NodeId count = k.scalar(ScalarOp::cast, f32, {n});
  NodeId sum = k.fold(n, k.real(0), [&](NodeId r, NodeId total) {
    return k.op(ScalarOp::add, total, k.load(x, {i, r}));
  });
  NodeId mean = k.op(ScalarOp::div, sum, count);
  NodeId squares = k.fold(n, k.real(0), [&](NodeId r, NodeId total) {
    NodeId d = k.op(ScalarOp::sub, k.load(x, {i, r}), mean);
    return k.scalar(ScalarOp::fma, f32, {d, d, total});
  });
  NodeId variance = k.op(ScalarOp::div, squares, count);
  NodeId scale = k.scalar(ScalarOp::sqrt, f32,
                          {k.op(ScalarOp::add, variance, k.real(1e-5f))});
  NodeId centred = k.op(ScalarOp::sub, k.load(x, {i, j}), mean);
  k.yield({k.op(ScalarOp::mul, k.op(ScalarOp::div, centred, scale),
                k.load(g, {j}))});
  check_kernel(k.kernel, matrices, {1e-4, 2e-4});
}

/// out[i] = fold over j of op; `transposed`: x[j, i].
Kernel reduction(ScalarOp op, DType type, bool transposed) {
  FoldMaker k(fmt::format("reduce_{}_{}_{}", info(op).text, name(type),
                          transposed ? "columns" : "rows"),
              KernelClass::map);
  k.kernel.size_count = 2;
  k.kernel.loops = {sized(0)};
  uint32_t x =
      k.input(type, transposed ? std::vector<Extent>{sized(1), sized(0)}
                               : std::vector<Extent>{sized(0), sized(1)});
  k.output(type, {sized(0)});
  NodeId i = k.param(i64);
  NodeId init = k.literal(0, type);
  k.yield({k.fold(k.size(1), init, [&](NodeId j, NodeId total) {
    return k.op(op, total, transposed ? k.load(x, {j, i}) : k.load(x, {i, j}));
  })});
  return std::move(k.kernel);
}

TEST(Fold, ReductionsOfRowsAndColumns) {
  for (bool transposed : {false, true}) {
    for (DType type : {DType::i8, DType::u8, DType::i32, f32, DType::f16})
      for (ScalarOp op :
           {ScalarOp::add, ScalarOp::max, ScalarOp::min, ScalarOp::sub})
        check_kernel(reduction(op, type, transposed),
                     {{3, 5}, {0, 4}, {4, 0}, {7, 33}, {37, 300}}, {1e-2, 0},
                     true);
    // By halves, as no reduction of the chip is one of these.
    check_kernel(reduction(ScalarOp::bit_xor, DType::i32, transposed),
                 {{3, 1}, {3, 2}, {3, 5}, {0, 4}, {4, 0}, {70, 9}, {2, 977}});
  }
}

/// out[c, i, j] = the sum (or maximum) over a window of r, q < 3 of
/// x[c, 2 i + r - 1, 2 j + q - 1], weighted by w[c, r, q] if it is a sum; what
/// is outside of x counts as 0 (or as the least).
Kernel window_of(ScalarOp op) {
  FoldMaker k("window", KernelClass::map);
  k.kernel.size_count = 5;
  k.kernel.loops = {sized(0), sized(3), sized(4)};
  uint32_t x = k.input(f32, {sized(0), sized(1), sized(2)});
  uint32_t w = k.input(f32, {sized(0), fixed(3), fixed(3)});
  k.output(f32, k.kernel.loops);
  NodeId c = k.param(i64), i = k.param(i64), j = k.param(i64);
  bool sums = op == ScalarOp::add;
  NodeId other = k.real(sums ? 0 : -INFINITY);
  auto index = [&](NodeId point, NodeId tap) {
    NodeId far =
        k.op(ScalarOp::add, k.op(ScalarOp::mul, point, k.literal(2)), tap);
    return k.op(ScalarOp::sub, far, k.literal(1));
  };
  auto inside = [&](NodeId at, uint32_t extent) {
    NodeId low = k.scalar(ScalarOp::le, DType::boolean, {k.literal(0), at});
    NodeId high = k.scalar(ScalarOp::lt, DType::boolean, {at, k.size(extent)});
    return k.op(ScalarOp::bit_and, low, high);
  };
  k.yield({k.fold(k.literal(3), other, [&](NodeId r, NodeId outer) {
    return k.fold(k.literal(3), outer, [&](NodeId q, NodeId all) {
      NodeId row = index(i, r), column = index(j, q);
      NodeId guard = k.op(ScalarOp::bit_and, inside(row, 1), inside(column, 2));
      NodeId value = k.load(x, {c, row, column, guard, other});
      if (sums)
        return k.scalar(ScalarOp::fma, f32, {value, k.load(w, {c, r, q}), all});
      return k.op(op, all, value);
    });
  })});
  return std::move(k.kernel);
}

/// Windows overlap: their part of the image is loaded once.
TEST(Fold, WindowsOverImages) {
  for (ScalarOp op : {ScalarOp::add, ScalarOp::max})
    check_kernel(window_of(op),
                 {{1, 1, 1, 1, 1},
                  {2, 5, 7, 3, 4},
                  {3, 16, 64, 8, 32},
                  {1, 40, 3, 20, 2},
                  {0, 4, 4, 2, 2},
                  {5, 9, 31, 5, 16}},
                 {1e-6, 1e-6}, true);
}

/// Counts calls.
class Counter final : public EngineBackend {
public:
  void load(const LoadCall &) override { ++calls; }
  void store(const StoreCall &) override { ++calls; }
  void move(const MoveCall &) override { ++calls; }
  void fill(const FillCall &) override { ++calls; }
  void multiply(const MultiplyCall &) override { ++calls; }
  void vector(const VectorCall &) override { ++calls; }
  void reduce(const ReduceCall &) override { ++calls; }
  void ramp(const RampCall &) override { ++calls; }
  void gather(const GatherCall &) override { ++calls; }
  void set(uint8_t, uint8_t) override { ++calls; }
  void wait(uint8_t, uint8_t) override { ++calls; }
  int64_t calls = 0;
};

/// out[i] = the fold of all = all * 3 + x[i, j]: no reduction.
Kernel recurrence() {
  FoldMaker k("recurrence", KernelClass::map);
  k.kernel.size_count = 2;
  k.kernel.loops = {sized(0)};
  uint32_t x = k.input(DType::i32, {sized(0), sized(1)});
  k.output(DType::i32, {sized(0)});
  NodeId i = k.param(DType::i64);
  NodeId none = k.literal(0, DType::i32);
  k.yield({k.fold(k.size(1), none, [&](NodeId j, NodeId all) {
    NodeId three = k.literal(3, DType::i32);
    return k.op(ScalarOp::add, k.op(ScalarOp::mul, all, three),
                k.load(x, {i, j}));
  })});
  return std::move(k.kernel);
}

TEST(Fold, WhatIsNoReductionGoesStepByStep) {
  check_kernel(recurrence(), {{1, 1}, {3, 0}, {5, 7}, {0, 4}, {70, 31}});
}

/// Elements are joined in boxes as large as memory, whether there is an
/// instruction that reduces or not, and however few results there are.
TEST(Fold, CallsOfAReductionGrowWithItsBoxes) {
  using enum ScalarOp;
  for (auto [op, type] :
       {std::pair(add, DType::i32), std::pair(bit_xor, DType::i32),
        std::pair(add, DType::f16), std::pair(max, DType::u8)}) {
    SharedPlan plan = make_plan(reduction(op, type, false), test_chip()).take();
    int64_t boxes = 0;
    for (int64_t elements : {1'000, 16'000, 256'000}) {
      Counter backend;
      std::vector<int64_t> sizes = {1, elements};
      ASSERT_TRUE(run_tiler(*plan, test_chip(), sizes, {}, backend).ok());
      boxes = elements * 16 / test_chip().bytes_of(Space::vector) + 1;
      EXPECT_LT(backend.calls, 10 + boxes * 60) << elements;
    }
  }
}

/// What takes steps one by one has an end, and can be stopped before it.
TEST(Fold, StreamsAreBounded) {
  Kernel kernel = recurrence();
  SharedPlan plan = make_plan(kernel, test_chip()).take();
  Counter backend;
  std::vector<int64_t> sizes = {1, test_chip().stream_limit};
  std::atomic<bool> stop = false;
  Status status = run_tiler(*plan, test_chip(), sizes, {}, backend, &stop);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::unsupported);
  stop = true;
  status = run_tiler(*plan, test_chip(), sizes, {}, backend, &stop);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::cancelled);
  EXPECT_EQ(backend.calls, 0);
}

/// One fold, over rows and columns of x[i, r, c]: its least, its greatest, its
/// sum of squares and one value that nothing uses.
Kernel several(DType type) {
  FoldMaker k(fmt::format("several_{}", name(type)), KernelClass::map);
  k.kernel.size_count = 3;
  k.kernel.loops = {sized(0)};
  uint32_t x = k.input(type, {sized(0), sized(1), sized(2)});
  for (DType result : {type, type, f32})
    k.output(result, k.kernel.loops);
  NodeId i = k.param(i64);
  std::vector<NodeId> start = {k.literal(0),       k.size(1),
                               k.literal(5, type), k.literal(1, type),
                               k.real(0),          k.real(0)};
  NodeId outer = k.nest(
      NodeKind::loop, start, {[&] {
        NodeId r = k.param(i64);
        std::vector<NodeId> inits = {k.literal(0),  k.size(2),    k.param(type),
                                     k.param(type), k.param(f32), k.param(f32)};
        NodeId inner =
            k.nest(NodeKind::loop, inits, {[&] {
                     NodeId c = k.param(i64), least = k.param(type),
                            most = k.param(type);
                     NodeId sum = k.param(f32), unused = k.param(f32);
                     NodeId value = k.load(x, {i, r, c});
                     NodeId real = k.scalar(ScalarOp::cast, f32, {value});
                     k.yield({k.op(ScalarOp::min, least, value),
                              k.op(ScalarOp::max, value, most),
                              k.scalar(ScalarOp::fma, f32, {real, real, sum}),
                              k.op(ScalarOp::sub, unused, real)});
                   }});
        std::vector<NodeId> all;
        for (uint32_t c = 0; c < 4; ++c)
          all.push_back(k.result(inner, c, c < 2 ? type : f32));
        k.yield(all);
      }});
  k.yield({k.result(outer, 0, type), k.result(outer, 1, type),
           k.result(outer, 2, f32)});
  return std::move(k.kernel);
}

TEST(Fold, SeveralValuesAtOnce) {
  for (DType type : {f32, DType::f16, DType::i32, DType::u8, DType::i8}) {
    check_kernel(
        several(type),
        {{1, 1, 1}, {5, 3, 7}, {0, 2, 2}, {3, 0, 4}, {3, 4, 0}, {30, 9, 100}},
        {1e-5, 0}, true);
    Counter backend;
    SharedPlan plan = make_plan(several(type), test_chip()).take();
    std::vector<int64_t> sizes = {1, 1'000, 1'000};
    ASSERT_TRUE(run_tiler(*plan, test_chip(), sizes, {}, backend).ok())
        << name(type);
    EXPECT_LT(backend.calls, 100'000) << name(type);
  }
}

/// Nested folds: out[i] = the maximum of x[i, r, c]; and its place, r * s2 + c,
/// found step by step.
TEST(Fold, PlanesAndPlacesOfMaxima) {
  FoldMaker k("planes", KernelClass::map);
  k.kernel.size_count = 3;
  k.kernel.loops = {sized(0)};
  uint32_t x = k.input(f32, {sized(0), sized(1), sized(2)});
  uint32_t row = k.input(f32, {sized(0), sized(2)});
  k.output(f32, {sized(0)});
  k.output(i64, {sized(0)});
  NodeId i = k.param(i64);
  NodeId most =
      k.fold(k.size(1), k.real(-INFINITY), [&](NodeId r, NodeId outer) {
        return k.fold(k.size(2), outer, [&](NodeId c, NodeId best) {
          return k.op(ScalarOp::max, best, k.load(x, {i, r, c}));
        });
      });
  NodeId loop =
      k.nest(NodeKind::loop,
             {k.literal(0), k.size(2), k.real(-INFINITY), k.literal(0)}, {[&] {
               NodeId c = k.param(i64), best = k.param(f32), at = k.param(i64);
               NodeId value = k.load(row, {i, c});
               NodeId better =
                   k.scalar(ScalarOp::lt, DType::boolean, {best, value});
               k.yield({k.scalar(ScalarOp::select, f32, {better, value, best}),
                        k.scalar(ScalarOp::select, i64, {better, c, at})});
             }});
  k.yield({most, k.result(loop, 1, i64)});
  check_kernel(k.kernel,
               {{1, 1, 1}, {5, 3, 7}, {0, 2, 2}, {3, 0, 4}, {30, 9, 100}});
}

} // namespace
} // namespace landfall::tile
