//===- window_test.cpp - Taps of windows ----------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/window.h"
#include "ir/module/module.h"

#include <gtest/gtest.h>

namespace landfall::frontend {
namespace {

/// Whether the taps of a window along one axis need a guard.
bool guarded(Builder &b, const Window &window) {
  bool result = false;
  b.map({window.output[0], window.kernel[0]}, DType::i64,
        [&](std::span<const Scalar> p) {
          Tap at = tap(b, window, p.first(1), p.last(1));
          result = bool(at.inside);
          return at.indices[0];
        });
  return result;
}

TEST(WindowTest, GuardsOnlyWhatMayLieOutside) {
  Module module;
  Builder b(module);
  // Input, kernel, output, strides, dilations, padding.
  EXPECT_FALSE(guarded(b, {{5}, {3}, {3}, {1}, {1}, {0}, {0}}));
  EXPECT_FALSE(guarded(b, {{6}, {3}, {2}, {2}, {1}, {0}, {0}}));
  EXPECT_TRUE(guarded(b, {{5}, {3}, {5}, {1}, {1}, {1}, {1}}));
  EXPECT_TRUE(guarded(b, {{4}, {3}, {2}, {2}, {1}, {0}, {1}}));
}

TEST(WindowTest, GuardsPoolsThatMayBeClipped) {
  Module module;
  Builder b(module);
  Size n = b.input({"x", ValueKind::tensor, DType::f32, {{-1, "n"}}}).dim(0);
  Size clipped = truncdiv(n - 3, 2) + 1;
  EXPECT_TRUE(guarded(b, {{n}, {3}, {clipped}, {2}, {1}, {0}, {0}, true}));
  EXPECT_FALSE(guarded(b, {{5}, {3}, {2}, {2}, {1}, {0}, {0}, true}));
  EXPECT_TRUE(guarded(b, {{2}, {3}, {1}, {2}, {1}, {0}, {0}, true}));
}

TEST(WindowTest, NeedsNoGuardForExtentsOfTheRun) {
  Module module;
  Builder b(module);
  Size n = b.input({"x", ValueKind::tensor, DType::f32, {{-1, "n"}}}).dim(0);
  Size fitting = floordiv(n - 3, 2) + 1;
  EXPECT_FALSE(guarded(b, {{n}, {3}, {fitting}, {2}, {1}, {0}, {0}}));
}

} // namespace
} // namespace landfall::frontend
