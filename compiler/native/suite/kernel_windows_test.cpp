//===- kernel_windows_test.cpp - Kernels that read windows ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/native/suite/kernel_forms_for_test.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace landfall::native {
namespace {

/// A window with padding 1 over x[s0, s1, s2], results [s0, s3, s4].
struct Window {
  int64_t stride = 1;
  bool sums = false;          ///< Weighted, by w[s0, rows, columns]; else max.
  bool channels_last = false; ///< Results [s3, s4, s0].
  bool free_size = false;     ///< s5 x s5, else 3x3.
};

Kernel window(const Window &form) {
  FormMaker k(fmt::format("window_{}{}{}{}", form.stride, int(form.sums),
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
  FormMaker k(fmt::format("window_{}_{}{}{}_{}{}{}", name(type), down.extent,
                          down.stride, down.padding, across.extent,
                          across.stride, across.padding),
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
      std::vector<NodeId> at = {c, y, z}, guards;
      if (down.padding > 0)
        guards.push_back(k.inside(y, k.size(1)));
      if (across.padding > 0)
        guards.push_back(k.inside(z, k.size(2)));
      if (!guards.empty())
        at.insert(at.end(), {k.both(guards.front(), guards.back()), none});
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
      Step down = any_step(form < 2), across = any_step(form % 2 == 0);
      Case test{typed_window(type, down, across), {}, {}};
      // Simulated machines take long for each: the first and the last.
      for (int launch = 0; launch < 4; launch += is_simulated ? 3 : 1) {
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

} // namespace
} // namespace landfall::native
