//===- kernel_forms_test.cpp - Kernels of many shapes ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Each form that the loop generator treats in a way of its own, at sizes around
// the edges of vectors and tasks.
//
//===----------------------------------------------------------------------===//
#include "compiler/native/suite/native_suite_for_test.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace landfall::native {
namespace {

constexpr DType f32 = DType::f32, i64 = DType::i64, boolean = DType::boolean;

/// A KernelMaker with the words that these tests need.
class Maker : public KernelMaker {
public:
  using KernelMaker::KernelMaker;

  NodeId op(ScalarOp op, NodeId a, NodeId b) {
    DType type = kernel.nodes[a].type;
    bool tests = info(op).signature == ScalarSignature::test;
    return scalar(op, tests ? boolean : type, {a, b});
  }
  NodeId add(NodeId a, NodeId b) { return op(ScalarOp::add, a, b); }
  NodeId sub(NodeId a, NodeId b) { return op(ScalarOp::sub, a, b); }
  NodeId mul(NodeId a, NodeId b) { return op(ScalarOp::mul, a, b); }
  NodeId both(NodeId a, NodeId b) { return op(ScalarOp::bit_and, a, b); }
  NodeId unary(ScalarOp op, NodeId a) {
    return scalar(op, kernel.nodes[a].type, {a});
  }
  /// 0 <= index < extent
  NodeId inside(NodeId index, NodeId extent) {
    return both(op(ScalarOp::le, literal(0), index),
                op(ScalarOp::lt, index, extent));
  }
  NodeId fold(NodeId low, NodeId high, NodeId init,
              const std::function<NodeId(NodeId index, NodeId carried)> &body) {
    DType type = kernel.nodes[init].type;
    NodeId loop = nest(NodeKind::loop, {low, high, init}, {[&] {
                         NodeId index = param(i64), carried = param(type);
                         yield({body(index, carried)});
                       }});
    return result(loop, 0, type);
  }
};

Case run_at(Kernel kernel, const std::vector<std::vector<int64_t>> &sizes,
            Tolerance tolerance = {}) {
  std::mt19937 random(11);
  Case test{std::move(kernel), {}, tolerance};
  for (const auto &s : sizes)
    test.launches.push_back(random_launch(test.kernel, s, random));
  return test;
}

const std::vector<std::vector<int64_t>> matrices = {
    {1, 1}, {3, 5}, {0, 4}, {4, 0}, {7, 33}, {5, 64}, {2, 1000}, {130, 17}};

/// Softmax over `axis` of [s0, s1, s2]: two folds and a map in one.
Kernel softmax(int axis) {
  Maker k(fmt::format("softmax{}", axis), KernelClass::map);
  k.kernel.size_count = 3;
  k.kernel.loops = {sized(0), sized(1), sized(2)};
  uint32_t x = k.input(f32, k.kernel.loops);
  k.output(f32, k.kernel.loops);
  std::vector<NodeId> at = {k.param(i64), k.param(i64), k.param(i64)};
  auto along = [&](NodeId index) {
    std::vector<NodeId> moved = at;
    moved[axis] = index;
    return k.load(x, moved);
  };
  NodeId zero = k.literal(0), extent = k.size(uint32_t(axis));
  NodeId top =
      k.fold(zero, extent, k.real(-INFINITY), [&](NodeId i, NodeId best) {
        return k.op(ScalarOp::max, best, along(i));
      });
  auto lifted = [&](NodeId v) { return k.unary(ScalarOp::exp, k.sub(v, top)); };
  NodeId sum = k.fold(zero, extent, k.real(0), [&](NodeId i, NodeId total) {
    return k.add(total, lifted(along(i)));
  });
  k.yield({k.op(ScalarOp::div, lifted(k.load(x, at)), sum)});
  return std::move(k.kernel);
}

TEST(KernelForms, softmaxOverAnyAxis) {
  std::vector<Case> cases;
  for (int axis = 0; axis < 3; ++axis)
    cases.push_back(run_at(softmax(axis),
                           {{1, 1, 1},
                            {2, 3, 5},
                            {4, 33, 7},
                            {3, 2, 130},
                            {70, 5, 9},
                            {0, 3, 3},
                            {1, 1, 3000}},
                           {16, 1e-6}));
  check_cases(cases);
}

/// y[i, j] = (x - mean) / sqrt(var + eps) * g[j] over rows.
Kernel layer_norm() {
  Maker k("layer_norm", KernelClass::map);
  k.kernel.size_count = 2;
  k.kernel.loops = {sized(0), sized(1)};
  uint32_t x = k.input(f32, k.kernel.loops), g = k.input(f32, {sized(1)});
  k.output(f32, k.kernel.loops);
  NodeId i = k.param(i64), j = k.param(i64);
  NodeId zero = k.literal(0), n = k.size(1);
  NodeId count = k.scalar(ScalarOp::cast, f32, {n});
  NodeId sum = k.fold(zero, n, k.real(0), [&](NodeId r, NodeId total) {
    return k.add(total, k.load(x, {i, r}));
  });
  NodeId mean = k.op(ScalarOp::div, sum, count);
  NodeId squares = k.fold(zero, n, k.real(0), [&](NodeId r, NodeId total) {
    NodeId d = k.sub(k.load(x, {i, r}), mean);
    return k.scalar(ScalarOp::fma, f32, {d, d, total});
  });
  NodeId variance = k.op(ScalarOp::div, squares, count);
  NodeId scale = k.unary(ScalarOp::sqrt, k.add(variance, k.real(1e-5f)));
  NodeId centred = k.sub(k.load(x, {i, j}), mean);
  k.yield({k.mul(k.op(ScalarOp::div, centred, scale), k.load(g, {j}))});
  return std::move(k.kernel);
}

/// out[i] = fold over j of op; `transposed`: x[j, i].
Kernel reduction(ScalarOp op, DType type, bool transposed) {
  Maker k(fmt::format("reduce_{}_{}_{}", info(op).text, name(type),
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
  k.yield({k.fold(k.literal(0), k.size(1), init, [&](NodeId j, NodeId total) {
    return k.op(op, total, transposed ? k.load(x, {j, i}) : k.load(x, {i, j}));
  })});
  return std::move(k.kernel);
}

TEST(KernelForms, reductionsOfRowsAndColumns) {
  std::vector<Case> cases = {run_at(layer_norm(), matrices, {0, 2e-4})};
  for (bool transposed : {false, true}) {
    for (DType type : {DType::i8, DType::u8, DType::i32, DType::i64})
      for (ScalarOp op : {ScalarOp::add, ScalarOp::max, ScalarOp::min,
                          ScalarOp::bit_xor, ScalarOp::sub})
        cases.push_back(run_at(reduction(op, type, transposed), matrices));
    for (DType type : {f32, DType::f64, DType::f16, DType::bf16})
      for (ScalarOp op : {ScalarOp::max, ScalarOp::min})
        cases.push_back(run_at(reduction(op, type, transposed), matrices));
    cases.push_back(
        run_at(reduction(ScalarOp::add, f32, transposed), matrices, {0, 1e-4}));
    cases.push_back(run_at(reduction(ScalarOp::add, DType::f64, transposed),
                           matrices, {0, 1e-11}));
  }
  check_cases(cases);
}

/// Sum of everything in a [s0, s1, s2], by nested folds, and its maximum.
Kernel whole_reduction() {
  Maker k("whole", KernelClass::map);
  k.kernel.size_count = 3;
  uint32_t x = k.input(DType::i32, {sized(0), sized(1), sized(2)});
  k.output(DType::i32, {});
  NodeId zero = k.literal(0), none = k.literal(0, DType::i32);
  k.yield({k.fold(zero, k.size(0), none, [&](NodeId a, NodeId sum_a) {
    return k.fold(zero, k.size(1), sum_a, [&](NodeId b, NodeId sum_b) {
      return k.fold(zero, k.size(2), sum_b, [&](NodeId c, NodeId sum) {
        return k.add(sum, k.load(x, {a, b, c}));
      });
    });
  })});
  return std::move(k.kernel);
}

/// y[i, j] = x[j, i] + b[j] + c[i * s2] (s2 is 0 or 1: a broadcast).
Kernel transpose_and_broadcast() {
  Maker k("transpose", KernelClass::map);
  k.kernel.size_count = 4;
  k.kernel.loops = {sized(0), sized(1)};
  uint32_t x = k.input(f32, {sized(1), sized(0)});
  uint32_t b = k.input(f32, {sized(1)});
  uint32_t c = k.input(f32, {sized(3)});
  k.output(f32, k.kernel.loops);
  NodeId i = k.param(i64), j = k.param(i64);
  NodeId sum = k.add(k.load(x, {j, i}), k.load(b, {j}));
  k.yield({k.add(sum, k.load(c, {k.mul(j, k.size(2))}))});
  return std::move(k.kernel);
}

TEST(KernelForms, wholeReductionsTransposesBroadcasts) {
  std::vector<std::vector<int64_t>> cubes = {
      {1, 1, 1}, {3, 4, 5}, {0, 2, 2}, {7, 9, 100}, {2, 300, 3}};
  std::vector<Case> cases = {run_at(whole_reduction(), cubes)};
  std::vector<std::vector<int64_t>> broadcasts;
  for (const auto &m : matrices) {
    broadcasts.push_back({m[0], m[1], 0, 1});
    broadcasts.push_back({m[0], m[1], 1, m[1]});
    broadcasts.push_back({m[0], m[1], 2, m[1] * 2});
  }
  cases.push_back(run_at(transpose_and_broadcast(), broadcasts));
  check_cases(cases);
}

/// Element-wise with a bias by the middle index; collapses to two loops.
Kernel bias_add(DType type) {
  Maker k(fmt::format("bias_{}", name(type)), KernelClass::map);
  k.kernel.size_count = 2;
  k.kernel.loops = {sized(0), fixed(3), sized(1), fixed(1), fixed(5)};
  uint32_t x = k.input(type, k.kernel.loops);
  uint32_t b = k.input(type, {fixed(3), fixed(1)});
  k.output(type, k.kernel.loops);
  k.output(type, k.kernel.loops);
  std::vector<NodeId> at;
  for (int d = 0; d < 5; ++d)
    at.push_back(k.param(i64));
  NodeId v = k.load(x, at);
  NodeId sum = k.add(v, k.load(b, {at[1], k.literal(0)}));
  k.yield({sum, k.op(ScalarOp::max, v, sum)});
  return std::move(k.kernel);
}

TEST(KernelForms, collapsedElementwiseOfManyTypes) {
  std::vector<Case> cases;
  for (DType type : {DType::i8, DType::i16, DType::i32, DType::i64, f32,
                     DType::f64, DType::f16, DType::bf16})
    cases.push_back(
        run_at(bias_add(type), {{1, 1}, {2, 7}, {0, 1}, {3, 50}, {1, 4000}}));
  check_cases(cases);
}

/// A window with padding 1 over x[s0, s1, s2], results [s0, s3, s4].
struct Window {
  int64_t stride = 1;
  bool sums = false;          ///< Weighted, by w[s0, rows, columns]; else max.
  bool channels_last = false; ///< Results [s3, s4, s0].
  bool free_size = false;     ///< s5 x s5, else 3x3.
};

Kernel window(const Window &form) {
  Maker k(fmt::format("window_{}{}{}{}", form.stride, int(form.sums),
                      int(form.channels_last), int(form.free_size)),
          KernelClass::map);
  k.kernel.size_count = 6;
  k.kernel.loops = {sized(0), sized(3), sized(4)};
  Extent extent = form.free_size ? sized(5) : fixed(3);
  uint32_t x = k.input(f32, {sized(0), sized(1), sized(2)});
  uint32_t weights = k.input(f32, {sized(0), extent, extent});
  if (form.channels_last)
    k.kernel.loops = {sized(3), sized(4), sized(0)};
  k.output(f32, k.kernel.loops);
  NodeId c = form.channels_last ? no_node : k.param(i64);
  NodeId h = k.param(i64), w = k.param(i64);
  if (form.channels_last)
    c = k.param(i64);
  NodeId end = form.free_size ? k.size(5) : k.literal(3);
  NodeId zero = k.literal(0), one = k.literal(1), step = k.literal(form.stride);
  NodeId none = k.real(form.sums ? 0 : -INFINITY);
  NodeId all = k.fold(zero, end, none, [&](NodeId a, NodeId outer) {
    return k.fold(zero, end, outer, [&](NodeId b, NodeId best) {
      NodeId y = k.sub(k.add(k.mul(h, step), a), one);
      NodeId z = k.sub(k.add(k.mul(w, step), b), one);
      NodeId in = k.both(k.inside(y, k.size(1)), k.inside(z, k.size(2)));
      NodeId v = k.load(x, {c, y, z, in, none});
      return form.sums ? k.add(best, k.mul(v, k.load(weights, {c, a, b})))
                       : k.op(ScalarOp::max, best, v);
    });
  });
  // Sums of products of up to 16, brought near 1.
  k.yield({form.sums ? k.mul(all, k.real(1 / 64.f)) : all});
  return std::move(k.kernel);
}

TEST(KernelForms, windowsWithPadding) {
  std::vector<Case> cases;
  for (int form = 0; form < 24; ++form) {
    Window w = {form / 8 + 1, (form & 1) != 0, (form & 2) != 0,
                (form & 4) != 0};
    std::vector<std::vector<int64_t>> sizes;
    for (auto [c, height, width] : {std::array<int64_t, 3>{1, 1, 1},
                                    {2, 5, 7},
                                    {3, 14, 33},
                                    {17, 4, 18},
                                    {2, 6, 64},
                                    {0, 9, 9},
                                    {1, 40, 70}})
      sizes.push_back({c, height, width, (height - 1) / w.stride + 1,
                       (width - 1) / w.stride + 1, 3});
    Tolerance tolerance = w.sums ? Tolerance{4, 1e-6} : Tolerance{};
    cases.push_back(run_at(window(w), sizes, tolerance));
  }
  check_cases(cases);
}

/// The greatest of a window of x[s0, s1, s2], results [s0, s3, s4].
struct Step {
  int64_t extent, stride, padding;
  int64_t results(int64_t size) const {
    return std::max<int64_t>(0, (size + 2 * padding - extent) / stride + 1);
  }
};

Kernel typed_window(DType type, const Step &down, const Step &across) {
  Maker k(fmt::format("window_{}_{}{}{}_{}{}{}", name(type), down.extent,
                      down.stride, down.padding, across.extent, across.stride,
                      across.padding),
          KernelClass::map);
  k.kernel.size_count = 5;
  k.kernel.loops = {sized(0), sized(3), sized(4)};
  uint32_t x = k.input(type, {sized(0), sized(1), sized(2)});
  k.output(type, k.kernel.loops);
  NodeId c = k.param(i64), h = k.param(i64), w = k.param(i64);
  NodeId zero = k.literal(0), none = k.literal(0, type);
  auto place = [&](NodeId index, const Step &step, NodeId tap) {
    return k.sub(k.add(k.mul(index, k.literal(step.stride)), tap),
                 k.literal(step.padding));
  };
  auto fold = [&](const Step &step, NodeId init, auto body) {
    return k.fold(zero, k.literal(step.extent), init, body);
  };
  k.yield({fold(down, none, [&](NodeId a, NodeId outer) {
    return fold(across, outer, [&](NodeId b, NodeId best) {
      NodeId y = place(h, down, a), z = place(w, across, b);
      std::vector<NodeId> at = {c, y, z};
      if (down.padding + across.padding > 0)
        at.insert(
            at.end(),
            {k.both(k.inside(y, k.size(1)), k.inside(z, k.size(2))), none});
      return k.op(ScalarOp::max, best, k.load(x, at));
    });
  })});
  return std::move(k.kernel);
}

/// Long steps read few of the elements between the first and the last, many
/// channels make several rows of a task.
TEST(KernelForms, windowsOfManyTypes) {
  std::mt19937 random(29);
  auto below = [&](int64_t end) { return int64_t(random() % uint64_t(end)); };
  auto any_step = [&](bool padded) {
    constexpr int64_t strides[] = {1, 2, 2, 3, 4, 8};
    int64_t extent = below(4) + 1;
    return Step{extent, strides[below(6)], padded ? below(extent) : 0};
  };
  std::vector<Case> cases;
  for (DType type : {DType::i8, DType::u8, DType::i16, DType::i32, DType::i64,
                     f32, DType::f64, DType::f16, DType::bf16})
    for (int form = 0; form < 4; ++form) {
      Step down = any_step(form % 2 == 0), across = any_step(form % 2 == 0);
      Case test{typed_window(type, down, across), {}, {}};
      for (int launch = 0; launch < 4; ++launch) {
        int64_t height = below(20) + down.extent;
        int64_t width = below(launch % 2 ? 150 : 40) + across.extent;
        test.launches.push_back(
            random_launch(test.kernel,
                          {below(40) + 1, height, width, down.results(height),
                           across.results(width)},
                          random, launch > 1));
      }
      cases.push_back(std::move(test));
    }
  check_cases(cases);
}

/// What a channel's results read just fills half of 512 KiB, and the last
/// lanes, of which one exists, would reach further.
TEST(KernelForms, windowsThatFillMemory) {
  const Step halves = {3, 2, 1};
  check_cases(
      {run_at(typed_window(f32, halves, halves), {{3, 64, 1007, 32, 529}})});
}

/// Reads by data (gather), by division and remainder of the index (reshape),
/// reversed, and by a rounded real position (resize).
Kernel odd_accesses() {
  Maker k("odd_accesses", KernelClass::map);
  k.kernel.size_count = 2;
  k.kernel.loops = {sized(0), sized(1)};
  uint32_t table = k.input(DType::i32, {sized(1)});
  uint32_t where = k.input(DType::u8, {sized(1)});
  for (int n = 0; n < 5; ++n)
    k.output(n == 4 ? f32 : DType::i32, k.kernel.loops);
  NodeId i = k.param(i64), j = k.param(i64), n = k.size(1);
  NodeId index = k.scalar(ScalarOp::cast, i64, {k.load(where, {j})});
  NodeId gathered = k.load(table, {k.op(ScalarOp::mod, index, n)});
  NodeId flat = k.add(k.mul(i, n), j);
  NodeId digit = k.op(ScalarOp::mod, flat, n);
  NodeId third = k.op(ScalarOp::div, j, k.literal(3));
  NodeId reversed = k.load(table, {k.sub(k.sub(n, k.literal(1)), j)});
  NodeId half = k.mul(k.scalar(ScalarOp::cast, f32, {j}), k.real(0.5f));
  NodeId low = k.scalar(ScalarOp::cast, i64, {k.unary(ScalarOp::floor, half)});
  NodeId position = k.scalar(ScalarOp::cast, f32, {k.load(table, {low})});
  k.yield({gathered, k.load(table, {digit}), k.load(table, {third}), reversed,
           k.mul(position, half)});
  return std::move(k.kernel);
}

/// Remainders and quotients of a shifted index by s2, also below zero.
Kernel index_division() {
  Maker k("index_division", KernelClass::map);
  k.kernel.size_count = 3;
  k.kernel.loops = {sized(0)};
  for (int n = 0; n < 5; ++n)
    k.output(n < 3 ? i64 : boolean, k.kernel.loops);
  NodeId i = k.add(k.param(i64), k.size(1)), d = k.size(2);
  k.yield({k.op(ScalarOp::div, i, d), k.op(ScalarOp::mod, i, d),
           k.op(ScalarOp::fmod, i, d), k.op(ScalarOp::lt, i, d),
           k.op(ScalarOp::le, k.mul(i, k.literal(-3)), d)});
  return std::move(k.kernel);
}

TEST(KernelForms, accessesThatAreNotStraight) {
  std::vector<std::vector<int64_t>> divisions;
  for (int64_t d : {1, 2, 3, 7, 16, 100, 5000000, 0, -3})
    for (int64_t start : {0, 5, 4999990, -20})
      divisions.push_back({45, start, d});
  divisions.push_back({45, INT64_MAX - 100, INT64_MAX - 90});
  check_cases({run_at(odd_accesses(), {{1, 1}, {2, 5}, {3, 40}, {4, 100}}),
               run_at(index_division(), divisions)});
}

/// Per point: a branch, a loop and a while whose courses depend on the data.
Kernel diverging() {
  Maker k("diverging", KernelClass::map);
  k.kernel.size_count = 1;
  k.kernel.loops = {sized(0)};
  uint32_t x = k.input(DType::i32, {sized(0)});
  uint32_t y = k.input(DType::i32, {fixed(32)});
  k.output(i64, {sized(0)});
  NodeId i = k.param(i64);
  NodeId v = k.scalar(ScalarOp::cast, i64, {k.load(x, {i})});
  NodeId zero = k.literal(0), one = k.literal(1);
  NodeId big = k.op(ScalarOp::lt, k.literal(2), v);
  NodeId count = k.unary(ScalarOp::abs, v);
  NodeId picked =
      k.nest(NodeKind::branch, {big},
             {[&] { // Only here may y be read at v.
                NodeId at = k.load(y, {v});
                k.yield({k.scalar(ScalarOp::cast, i64, {at})});
              },
              [&] {
                k.yield({k.fold(zero, count, one, [&](NodeId n, NodeId total) {
                  NodeId term = k.load(y, {n});
                  return k.add(k.mul(total, k.literal(3)),
                               k.scalar(ScalarOp::cast, i64, {term}));
                })});
              }});
  NodeId value = k.result(picked, 0, i64);
  NodeId steps =
      k.nest(NodeKind::loop_while, {k.unary(ScalarOp::abs, value), zero}, {[&] {
               NodeId left = k.param(i64), n = k.param(i64);
               NodeId half = k.op(ScalarOp::div, left, k.literal(2));
               k.yield({k.op(ScalarOp::lt, zero, half), half, k.add(n, one)});
             }});
  k.yield({k.add(k.result(steps, 1, i64), value)});
  return std::move(k.kernel);
}

/// Columns in parallel: a running sum down each column, stored as it goes,
/// where the value is positive.
Kernel column_scan() {
  Maker k("column_scan", KernelClass::loops);
  k.kernel.size_count = 2;
  k.kernel.loops = {sized(1)};
  uint32_t x = k.input(DType::i16, {sized(0), sized(1)});
  uint32_t y = k.add_operand({DType::i16, {sized(0), sized(1)}, true, true});
  NodeId j = k.param(i64);
  k.nest(NodeKind::loop, {k.literal(0), k.size(0), k.literal(0, DType::i16)},
         {[&] {
           NodeId i = k.param(i64), sum = k.param(DType::i16);
           NodeId v = k.load(x, {i, j});
           NodeId next = k.add(sum, v);
           NodeId old = k.load(y, {i, j});
           NodeId positive = k.op(ScalarOp::lt, k.literal(0, DType::i16), v);
           k.store(y, {i, j, k.add(next, old), positive});
           k.yield({next});
         }});
  return std::move(k.kernel);
}

TEST(KernelForms, controlThatDiffersBetweenLanes) {
  check_cases({run_at(diverging(), {{0}, {1}, {7}, {64}, {100}, {3000}}),
               run_at(column_scan(), matrices),
               run_at(scan_kernel(), matrices)});
}

TEST(KernelForms, checksReportTheValue) {
  Maker k("checked", KernelClass::loops);
  k.kernel.size_count = 1;
  k.kernel.loops = {sized(0)};
  uint32_t x = k.input(DType::i32, {sized(0)});
  uint32_t y = k.output(DType::i32, {sized(0)});
  NodeId i = k.param(i64);
  NodeId v = k.load(x, {i});
  k.check({k.op(ScalarOp::lt, v, k.literal(8, DType::i32)),
           k.scalar(ScalarOp::cast, i64, {v})},
          "too large");
  k.store(y, {i, v});
  check_cases({run_at(std::move(k.kernel), {{0}, {3}, {20}, {100}, {1000}})});
}

TEST(KernelForms, contractionsAsMaps) {
  check_cases({run_at(matmul_kernel(),
                      {{1, 1, 1},
                       {3, 5, 7},
                       {0, 3, 2},
                       {4, 3, 0},
                       {17, 33, 9},
                       {1, 100, 64},
                       {64, 1, 300},
                       {70, 90, 130}},
                      {64, 1e-4}),
               run_at(add_relu_kernel(), {{0}, {1}, {100}, {70000}})});
}

} // namespace
} // namespace landfall::native
